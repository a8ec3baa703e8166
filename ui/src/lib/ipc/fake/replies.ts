/** A handful of canned responses for the fake desk, and which of them it proposes. The real ones live in the core's packs. */
import type { SuggestionView } from "../generated/SuggestionView";
import type { WindowLanguage } from "../backend";

type Reply = { title: [string, string]; fr: string; en: string; warnings?: string[] };

export const replies: Record<string, Reply> = {
  emergency_17: {
    title: ["Appelez le 17 maintenant", "Call 17 now"],
    fr: "Appelez le 17 (ou le 112) maintenant. Nous ne pouvons pas envoyer de patrouille depuis cette messagerie. Si vous êtes en danger, mettez-vous à l'abri, puis donnez l'adresse exacte à l'opérateur.",
    en: "Call 17 (or 112) now. We cannot send a patrol from this inbox. If you are in danger, get to safety first, then give the operator the exact address.",
  },
  emergency_114: {
    title: ["Sans parler : SMS au 114", "Cannot speak: text 114"],
    fr: "Si vous ne pouvez pas parler, envoyez un SMS au 114 : écrivez où vous êtes et ce qui se passe. Le 114 est gratuit, silencieux, ouvert jour et nuit, et prévient la police.",
    en: "If you cannot speak, text 114: write where you are and what is happening. 114 is free, silent, open day and night, and alerts the police.",
  },
  suicide_help: {
    title: ["Le 3114, jour et nuit", "3114, day and night"],
    fr: "Merci de nous avoir écrit. Vous pouvez parler à quelqu'un tout de suite au 3114, gratuit, jour et nuit. Si la personne a déjà fait quelque chose, appelez le 15 ou le 17 maintenant.",
    en: "Thank you for writing. You can talk to someone right now on 3114, free, day and night. If something has already been done, call 15 or 17 now.",
  },
  igpn_link: {
    title: ["Saisir l'inspection (IGPN)", "Refer to the inspectorate (IGPN)"],
    fr: "Bonjour, nous comprenons que ce moment vous ait marqué. Vous pouvez signaler le comportement d'un agent à l'inspection générale : https://www.police-nationale.interieur.gouv.fr/igpn. Chaque signalement est lu par un enquêteur.",
    en: "Hello, we understand that this has affected you. You can report an officer's conduct to the inspectorate: https://www.police-nationale.interieur.gouv.fr/igpn. Every report is read by an investigator.",
    warnings: ["Lien vérifié il y a plus de 90 jours."],
  },
  fine_contest: {
    title: ["Contester une amende", "Contest a fine"],
    fr: "Bonjour, une amende se conteste auprès de l'ANTAI, dans les 45 jours, sur https://www.antai.gouv.fr, en joignant vos justificatifs. Ne payez pas avant : payer vaut acceptation.",
    en: "Hello, a fine is contested with ANTAI within 45 days at https://www.antai.gouv.fr, with your supporting documents. Do not pay first: paying means accepting.",
  },
  witness_channel: {
    title: ["Transmettre un témoignage", "Pass on a testimony"],
    fr: "Bonjour et merci. Pour que votre élément arrive aux enquêteurs, appelez le numéro indiqué dans l'appel à témoins, ou le commissariat en charge. N'envoyez pas la vidéo ici et conservez l'original.",
    en: "Hello and thank you. For your item to reach the investigators, call the number in the appeal, or the station in charge. Do not send the video here, and keep the original.",
  },
  witness_legal_frame: {
    title: ["Le cadre d'un appel à témoins", "The frame of an appeal"],
    fr: "Bonjour, votre inquiétude se comprend. Un appel à témoins ne peut être publié qu'avec l'accord du magistrat qui dirige l'enquête ; c'est ce cadre qui fixe le moment.",
    en: "Hello, your concern is understandable. An appeal for witnesses can only be published with the agreement of the magistrate leading the inquiry; that frame sets the time.",
  },
  recruitment_site: {
    title: ["Le site du recrutement", "The recruitment site"],
    fr: "Bonjour, merci de votre intérêt ! Conditions, dates et inscriptions sont sur https://www.devenirpolicier.fr. Nos recruteurs répondent aussi par téléphone, du lundi au vendredi.",
    en: "Hello, thank you for your interest! Conditions, dates and registration are at https://www.devenirpolicier.fr. Our recruiters also answer by phone, Monday to Friday.",
  },
  thanks_ack: {
    title: ["Merci pour eux", "Thank you, for them"],
    fr: "Bonjour et merci pour votre message : il sera transmis à l'équipage concerné. Ce sont des mots qui comptent.",
    en: "Hello and thank you for your message: it will be passed on to the crew. Such words matter.",
  },
  online_complaint: {
    title: ["La plainte en ligne", "Report online"],
    fr: "Bonjour, pour un vol dont l'auteur est inconnu, vous pouvez porter plainte en ligne sur https://www.plainte-en-ligne.masecurite.interieur.gouv.fr. Aucun déplacement n'est nécessaire dans la plupart des cas.",
    en: "Hello, for a theft by an unknown person you can report online at https://www.plainte-en-ligne.masecurite.interieur.gouv.fr. In most cases you need not come in.",
  },
  file_complaint_how: {
    title: ["Comment porter plainte", "How to file a report"],
    fr: "Bonjour, vous pouvez porter plainte dans n'importe quel commissariat ou brigade, à toute heure ; on ne peut pas vous le refuser. Apportez vos papiers et tout justificatif.",
    en: "Hello, you can file a report at any station, at any hour; it cannot be refused. Bring your papers and any document that helps.",
  },
  press_office: {
    title: ["Le service de presse", "The press office"],
    fr: "Bonjour, votre demande relève du service de presse : https://www.interieur.gouv.fr/presse. Nous ne commentons pas par messagerie.",
    en: "Hello, your request belongs to the press office: https://www.interieur.gouv.fr/presse. We do not comment by private message.",
  },
  generic_ack: {
    title: ["Bien reçu", "Received"],
    fr: "Bonjour, nous avons bien reçu votre message. Pourriez-vous préciser votre demande ? En cas d'urgence, appelez le 17.",
    en: "Hello, we have received your message. Could you tell us more about your request? In an emergency, call 17.",
  },
};

const byCategory: Record<string, string[]> = {
  emergency: ["emergency_17", "emergency_114", "suicide_help"],
  complaint: ["igpn_link", "fine_contest", "file_complaint_how"],
  witness: ["witness_channel", "witness_legal_frame", "generic_ack"],
  incident: ["online_complaint", "file_complaint_how", "generic_ack"],
  recruitment: ["recruitment_site", "generic_ack"],
  thanks: ["thanks_ack", "generic_ack"],
  other: ["generic_ack", "press_office"],
};

const why: Record<WindowLanguage, string[]> = {
  fr: ["Première réponse pour cette catégorie", "Des mots du message y répondent", "Souvent choisie par vos collègues"],
  en: ["First reply for this category", "Words of the message match it", "Often chosen by your colleagues"],
};

export function suggestionsFor(category: string, signals: string[], citizen: string, reader: WindowLanguage): SuggestionView[] {
  const ids = [...(byCategory[category] ?? [])];
  if (signals.includes("cannot_speak")) ids.unshift("emergency_114");
  if (signals.includes("suicide_risk")) ids.splice(1, 0, "suicide_help");
  if (signals.includes("sensitive")) ids.unshift("press_office");
  return [...new Set(ids)].slice(0, 3).flatMap((id, i) => {
    const reply = replies[id];
    if (reply === undefined) return [];
    const language = citizen === "fr" ? "fr" : "en";
    return [{
      reply: id, title: reply.title[reader === "fr" ? 0 : 1], language, score: 0.94 - i * 0.2, text: reply[language],
      why: why[reader][i] ?? "", warnings: reply.warnings ?? [],
    }];
  });
}
