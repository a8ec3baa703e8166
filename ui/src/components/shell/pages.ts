/** The pages of the desk, in the order of the navigation. */
export const pages = ["queue", "review", "night", "settings"] as const;
export type Page = (typeof pages)[number];
