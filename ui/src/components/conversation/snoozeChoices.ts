/** The moments until which a conversation can be put aside, in the reader's own time. */
export type SnoozeChoice = { id: "hour" | "three_hours" | "evening" | "tomorrow" | "monday"; until: number };

const hour = 3_600_000;

export function snoozeChoices(now: number): SnoozeChoice[] {
  const evening = at(now, 0, 18);
  const weekday = new Date(now).getDay();
  const toMonday = (8 - weekday) % 7 || 7;
  const choices: SnoozeChoice[] = [
    { id: "hour", until: now + hour },
    { id: "three_hours", until: now + 3 * hour },
    ...(evening - now > hour ? [{ id: "evening" as const, until: evening }] : []),
    { id: "tomorrow", until: at(now, 1, 8) },
  ];
  // On a Sunday tomorrow is the Monday.
  return toMonday > 1 ? [...choices, { id: "monday", until: at(now, toMonday, 8) }] : choices;
}

/** A full hour, some days on; `Date` minds the clock changes. */
function at(now: number, days: number, hours: number): number {
  const day = new Date(now);
  day.setDate(day.getDate() + days);
  return day.setHours(hours, 0, 0, 0);
}
