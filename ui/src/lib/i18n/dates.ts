/** Instants and durations in the reader's language; all of it Intl, none of it ours. */
import { currentLanguage } from "./i18n.svelte";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How long, in its largest useful unit: "12 min", "3 h", "4 j". Never below a minute. */
export function span(milliseconds: number): string {
  const size = Math.abs(milliseconds);
  if (size < hour) return unit(Math.max(1, Math.floor(size / minute)), "minute");
  if (size < day) return unit(Math.floor(size / hour), "hour");
  return unit(Math.floor(size / day), "day");
}

/** The same in whole words, for screen readers and tooltips: "12 minutes". */
export function longSpan(milliseconds: number): string {
  const size = Math.abs(milliseconds);
  if (size < hour) return unit(Math.max(1, Math.floor(size / minute)), "minute", "long");
  if (size < day) return unit(Math.floor(size / hour), "hour", "long");
  return unit(Math.floor(size / day), "day", "long");
}

function unit(n: number, name: "minute" | "hour" | "day", display: "short" | "long" = "short"): string {
  return new Intl.NumberFormat(currentLanguage(), { style: "unit", unit: name, unitDisplay: display }).format(n);
}

/** "14:05" */
export function clock(instant: number): string {
  return format(instant, { hour: "2-digit", minute: "2-digit" });
}

/** "14:05" today, "mar. 14:05" this week, "12 mars 14:05" else. */
export function moment(instant: number, now: number): string {
  const sameDay = new Date(instant).toDateString() === new Date(now).toDateString();
  if (sameDay) return clock(instant);
  if (Math.abs(now - instant) < 6 * day) return format(instant, { weekday: "short", hour: "2-digit", minute: "2-digit" });
  const sameYear = new Date(instant).getFullYear() === new Date(now).getFullYear();
  return format(instant, {
    day: "numeric", month: "short", ...(sameYear ? {} : { year: "numeric" }), hour: "2-digit", minute: "2-digit",
  });
}

/** Everything there is to know of an instant, for a tooltip. */
export function fullMoment(instant: number): string {
  return format(instant, { dateStyle: "full", timeStyle: "medium" });
}

/** "mardi 12 mars", for the separators between days. */
export function dayName(instant: number): string {
  return format(instant, { weekday: "long", day: "numeric", month: "long" });
}

/** A local date `yyyy-mm-dd`, as the desk gives a night, in words. */
export function localDate(date: string): string {
  // Noon UTC is the same calendar day in every zone that matters here; the date has no zone of its own.
  const noon = Date.parse(`${date}T12:00:00Z`);
  return Number.isNaN(noon) ? date : format(noon, { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
}

function format(instant: number, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(currentLanguage() === "fr" ? "fr-FR" : "en-GB", options).format(instant);
}
