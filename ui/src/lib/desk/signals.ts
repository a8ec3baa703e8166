/** The signals that ask for another help than usual; `sensitive` and `automatic` only inform. */
export const graveSignals: ReadonlySet<string> = new Set([
  "cannot_speak", "suicide_risk", "domestic_violence", "child_at_risk", "missing_person", "weapon", "threat_to_police",
]);
