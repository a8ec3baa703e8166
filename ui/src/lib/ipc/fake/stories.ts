/** The messages of the fake desk: invented for it, so that every screen has something believable to show. */

/** One conversation before it has ids and instants. */
export type Story = {
  from: string;
  channel: string;
  category: string;
  /** Minutes between the newest message and now. */
  ago: number;
  /** Oldest first; "us:" and "night:" begin what we said. */
  says: string[];
  /** Words of the newest message that decided, with their codes. */
  why?: [string, string][];
  signals?: string[];
  secondary?: string;
  language?: string;
  /** Minutes until the channel closes to us. */
  left?: number;
  heldBy?: string;
  attachments?: { kind: string; name: string }[];
};

export const stories: Story[] = [
  {
    from: "Nadia B.", channel: "messenger", category: "emergency", ago: 2, left: 1438,
    says: ["Il est derrière la porte, je suis dans la salle de bain avec mes enfants. Je peux pas parler il va m'entendre. 12 rue des Lilas 3e étage svp"],
    why: [["derrière la porte", "emergency"], ["je peux pas parler", "cannot_speak"], ["mes enfants", "child_at_risk"]],
    signals: ["cannot_speak", "domestic_violence", "child_at_risk"],
  },
  {
    from: "marc_dub", channel: "instagram", category: "emergency", ago: 6, left: 1434,
    says: [
      "Bonjour, vous répondez ici ?",
      "night:17 – En cas d'urgence, appelez le 17 ou le 112. Ceci est une réponse automatique : personne ne lit ce message en direct.",
      "Mon frère vient de m'écrire qu'il veut en finir, il a pris des comprimés et il ne répond plus au téléphone",
    ],
    why: [["veut en finir", "suicide_risk"], ["a pris des comprimés", "emergency"], ["ne répond plus", "emergency"]],
    signals: ["suicide_risk"],
  },
  {
    from: "Anonyme 75", channel: "x", category: "emergency", ago: 11,
    says: ["2 types avec un couteau devant le tabac place carnot ils sont en train de braquer"],
    why: [["couteau", "weapon"], ["en train de braquer", "emergency"]], signals: ["weapon"],
  },
  {
    from: "Olena K.", channel: "messenger", category: "emergency", ago: 14, left: 1426, language: "en",
    says: ["please help my neighbour is beating his wife right now i hear her screaming, Lyon 7 rue Garibaldi"],
    why: [["right now", "emergency"], ["beating his wife", "domestic_violence"], ["screaming", "emergency"]],
    signals: ["domestic_violence"],
  },
  {
    from: "Karim Saïdi", channel: "messenger", category: "complaint", ago: 1370, left: 70,
    says: ["Bonjour. Hier soir, contrôle routier avenue Foch : votre agent m'a tutoyé, m'a traité de menteur et a jeté mes papiers par terre devant ma fille. Je veux savoir à qui m'adresser."],
    why: [["contrôle routier", "complaint"], ["m'a tutoyé", "complaint"], ["traité de menteur", "complaint"]],
  },
  {
    from: "Hélène P.", channel: "x", category: "complaint", ago: 185, secondary: "witness",
    says: ["Pourquoi avez-vous mis mille ans à publier l'appel à témoins pour le petit garçon ??? C'est une honte"],
    why: [["mille ans", "complaint"], ["une honte", "complaint"], ["appel à témoins", "witness"]],
  },
  {
    from: "Jean-Luc Ferrand", channel: "email", category: "complaint", ago: 410,
    says: ["Objet : amende contestée\n\nMadame, Monsieur,\n\nJe reçois une amende de 135 € pour un stationnement à Lille alors que ma voiture était chez le garagiste à Arras, facture jointe. Je refuse de payer une erreur de vos services.\n\nJ.-L. Ferrand"],
    why: [["amende", "complaint"], ["Je refuse de payer", "complaint"]],
    attachments: [{ kind: "file", name: "facture-garage.pdf" }, { kind: "image", name: "avis-contravention.jpg" }],
  },
  {
    from: "Sofia Lemaire", channel: "instagram", category: "witness", ago: 48, left: 1392,
    says: ["Bonjour, concernant l'appel à témoins de lundi à Tours : j'ai une vidéo de ma caméra de voiture, on y voit la camionnette blanche et une partie de la plaque. À qui l'envoyer ?"],
    why: [["appel à témoins", "witness"], ["une vidéo", "witness"], ["plaque", "witness"]],
    attachments: [{ kind: "video", name: "dashcam_1842.mp4" }],
  },
  {
    from: "Yann", channel: "mastodon", category: "witness", ago: 320,
    says: ["Est-ce que je peux témoigner sans donner mon nom ?"], why: [["témoigner", "witness"], ["sans donner mon nom", "witness"]],
  },
  {
    from: "Camille Roux", channel: "messenger", category: "recruitment", ago: 75, left: 1365,
    says: [
      "Bonjour, je voudrais passer le concours de gardien de la paix",
      "us:Bonjour Camille, toutes les dates sont sur le site du recrutement. Bonne préparation !",
      "Merci ! Et faut-il avoir le permis avant les épreuves sportives ? J'ai 19 ans et je vise la session de septembre.",
    ],
    why: [["épreuves sportives", "recruitment"], ["session", "recruitment"]],
  },
  {
    from: "thomas.l", channel: "instagram", category: "recruitment", ago: 130, left: 1310,
    says: ["slt jsui en 3eme je cherche un stage d'observation dans un commissariat c possible ?"], why: [["stage d'observation", "recruitment"]],
  },
  {
    from: "Inès M.", channel: "messenger", category: "recruitment", ago: 260, left: 1180, heldBy: "Bruno Keller",
    says: ["Bonjour, la réserve opérationnelle est-elle ouverte aux infirmières ? Quelle est la durée de la formation ?"], why: [["réserve opérationnelle", "recruitment"], ["formation", "recruitment"]],
  },
  {
    from: "Mme Garnier", channel: "messenger", category: "thanks", ago: 520, left: 920,
    says: ["Mon fils et moi tenons à remercier l'équipage venu dimanche soir après le cambriolage. Ils ont été d'une gentillesse incroyable avec le petit. 🙏"],
    why: [["remercier", "thanks"], ["gentillesse", "thanks"]], secondary: "incident",
  },
  {
    from: "pat_62", channel: "x", category: "thanks", ago: 610,
    says: ["Courage à vous tous après ce qui s'est passé cette nuit 💙"], why: [["Courage à vous", "thanks"]],
  },
  {
    from: "Lucas Petit", channel: "messenger", category: "incident", ago: 95, left: 1345,
    says: ["Bonjour on m'a volé mon vélo cette nuit dans la cour de l'immeuble, je n'ai rien vu. Je dois venir au commissariat ou on peut porter plainte en ligne ?"],
    why: [["volé mon vélo", "incident"], ["cette nuit", "context:past"], ["porter plainte en ligne", "incident"]],
  },
  {
    from: "Monique D.", channel: "email", category: "incident", ago: 700,
    says: ["Bonjour, j'ai reçu un SMS pour un colis bloqué, j'ai donné mon numéro de carte et 480 € sont partis. Que dois-je faire ? Je n'en dors plus."],
    why: [["numéro de carte", "incident"], ["480 € sont partis", "incident"]],
  },
  {
    from: "Ahmed", channel: "telegram", category: "incident", ago: 33, language: "ar",
    says: ["مرحبا، فقدت جواز سفري في محطة القطار. ماذا أفعل؟"], why: [["فقدت جواز سفري", "incident"]],
  },
  {
    from: "Résidence Bellevue", channel: "messenger", category: "incident", ago: 880, left: 560,
    says: ["Tapage tous les soirs jusqu'à 2h au numéro 8, la musique me tue, on n'en peut plus, comment signaler ?"],
    why: [["Tapage", "incident"], ["me tue", "context:figurative"]],
  },
  {
    from: "Claire Aubry (Le Courrier)", channel: "email", category: "other", ago: 150, signals: ["sensitive"],
    says: ["Bonjour, journaliste au Courrier, je prépare un article sur les effectifs de nuit. Pourriez-vous me mettre en relation avec le service de presse avant 17 h ?"],
    why: [["journaliste", "sensitive"], ["service de presse", "other"]],
  },
  {
    from: "user99817", channel: "x", category: "other", ago: 1020, says: ["acab"],
  },
  {
    from: "noreply@agenda.example", channel: "email", category: "other", ago: 460, signals: ["automatic"],
    says: ["Réponse automatique : je suis absent du bureau jusqu'au 3. En cas d'urgence contactez mon collègue."],
    why: [["Réponse automatique", "automatic"], ["En cas d'urgence", "context:automatic"]],
  },
];

/** More of the same, to fill a long queue: [category, text]. */
export const fillers: [string, string][] = [
  ["recruitment", "Bonjour, quelles sont les conditions d'âge pour le concours externe ?"],
  ["recruitment", "Peut-on passer les tests avec des lunettes ? Je n'ai trouvé la réponse nulle part sur le site."],
  ["recruitment", "Bonjour, j'attends les résultats de l'oral depuis trois semaines, est-ce normal ?"],
  ["incident", "Bonjour, j'ai perdu ma carte d'identité dans le bus 14, est-ce que quelqu'un l'a rapportée ?"],
  ["incident", "Ma voiture a été rayée sur le parking du centre commercial, comment déposer plainte ?"],
  ["incident", "Quelqu'un se fait passer pour moi sur Instagram et écrit à mes amis, que faire ?"],
  ["incident", "Bonjour, faut-il un rendez-vous pour une procuration ?"],
  ["thanks", "Merci aux deux agents qui ont aidé ma grand-mère à traverser ce matin !"],
  ["thanks", "Bravo pour votre intervention rapide rue de la Paix."],
  ["complaint", "On a refusé de prendre ma plainte à l'accueil, ce n'est pas normal."],
  ["complaint", "Trois appels au commissariat et personne ne décroche, à quoi servez-vous ?"],
  ["complaint", "Votre radar est caché derrière un panneau, c'est du racket."],
  ["witness", "J'ai vu la voiture de votre appel à témoins hier sur l'A10, vers 15 h."],
  ["witness", "L'alerte enlèvement est-elle toujours en cours ?"],
  ["other", "Bonjour, notre école aimerait recevoir un policier pour parler du harcèlement."],
  ["other", "?"],
];

export const names = [
  "Léa Fontaine", "Hugo Marchand", "Aïcha T.", "Paul Renaud", "Chloé", "Dimitri V.", "Manon Leclerc", "julien_r", "Fatou Diop",
  "Pierre-Yves", "Sarah Cohen", "maxime.b", "Élodie Garcia", "Nicolas H.", "Amandine", "Omar B.", "Justine Perrin", "Le Gall", "Zoé", "Victor N.",
];
