//! What a message is about (one category, sometimes a second) and what it carries beside it (signals).

use super::words;

words! {
    /// The seven categories, in order of urgency: of two intents the more urgent one is the primary.
    Category {
        /// Someone is in danger now or very soon.
        Emergency = "emergency",
        /// About the police: conduct, refusal, delay, a fine felt as abusive.
        Complaint = "complaint",
        /// Information for investigators, appeals for witnesses.
        Witness = "witness",
        /// Everyday incident or procedure, not urgent.
        Incident = "incident",
        /// Joining the force.
        Recruitment = "recruitment",
        /// Thanks, support, condolences.
        Thanks = "thanks",
        /// Press, partners, opinions, spam, empty or unclear.
        Other = "other",
    }
}

words! {
    /// What picks the right help, whatever the category.
    Signal {
        /// The person cannot talk on the phone: hides, is deaf, must stay silent.
        CannotSpeak = "cannot_speak",
        /// Suicidal intent or a goodbye.
        SuicideRisk = "suicide_risk",
        /// Violence at home, now or not.
        DomesticViolence = "domestic_violence",
        /// A child is or may be in danger.
        ChildAtRisk = "child_at_risk",
        /// Somebody is missing.
        MissingPerson = "missing_person",
        /// A weapon is mentioned as present.
        Weapon = "weapon",
        /// A threat against the police.
        ThreatToPolice = "threat_to_police",
        /// Press, elected person, celebrity.
        Sensitive = "sensitive",
        /// A robot, an out-of-office text, a receipt.
        Automatic = "automatic",
    }
}

words! {
    /// What an answer should speak of. Packs say which of their replies speaks of what, so that the same learning serves every pack.
    Topic {
        /// Danger now, and the person can phone.
        Danger = "danger",
        /// Danger now, and the person cannot speak.
        SilentDanger = "silent_danger",
        /// Suicidal intent, no act under way.
        Suicide = "suicide",
        /// A worrying absence.
        Absence = "absence",
        /// Violence at home, not at this minute.
        DomesticViolence = "domestic_violence",
        /// How an officer behaved.
        OfficerConduct = "officer_conduct",
        /// Paying, contesting or understanding a fine.
        Fine = "fine",
        /// How to report: harm, threats, a known author, the procedure itself.
        ReportInPerson = "report_in_person",
        /// A property offence by somebody unknown.
        ReportOnline = "report_online",
        /// Online fraud, illegal content, blackmail, impersonation.
        Cybercrime = "cybercrime",
        /// Something precise for a case.
        CaseInformation = "case_information",
        /// The frame of appeals, testimony and anonymity.
        CaseFrame = "case_frame",
        /// Lost or found papers and things.
        LostAndFound = "lost_and_found",
        /// Joining the force.
        Joining = "joining",
        /// Thanks, support, condolences.
        Gratitude = "gratitude",
        /// Requests of the press.
        Press = "press",
        /// Nothing to answer yet: a holding reply.
        Holding = "holding",
        /// A matter of another force.
        OtherForce = "other_force",
        /// Access to personal data, a published photo.
        PersonalData = "personal_data",
        /// What is true and what to do in a crisis.
        Crisis = "crisis",
    }
}

/// A set of signals, in declaration order.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Signals(Vec<Signal>);

impl Signals {
    /// Adds one; adding twice changes nothing.
    pub fn insert(&mut self, signal: Signal) {
        if let Err(at) = self.0.binary_search(&signal) {
            self.0.insert(at, signal);
        }
    }

    /// Takes one out.
    pub fn remove(&mut self, signal: Signal) {
        self.0.retain(|s| *s != signal);
    }

    /// Is it there?
    #[must_use]
    pub fn contains(&self, signal: Signal) -> bool {
        self.0.binary_search(&signal).is_ok()
    }

    /// In declaration order.
    pub fn iter(&self) -> impl Iterator<Item = Signal> + '_ {
        self.0.iter().copied()
    }

    /// None at all?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Signal> for Signals {
    fn from_iter<I: IntoIterator<Item = Signal>>(iter: I) -> Self {
        let mut set = Self::default();
        iter.into_iter().for_each(|s| set.insert(s));
        set
    }
}
