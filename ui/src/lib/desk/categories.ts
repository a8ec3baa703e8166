/** The seven categories, in the order of urgency that the core gives them. */
export const categories = ["emergency", "complaint", "witness", "incident", "recruitment", "thanks", "other"] as const;
