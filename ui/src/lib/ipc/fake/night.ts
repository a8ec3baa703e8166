/** The fake desk's nights: midnight to six, Paris time, with fifteen windows to come. */
import type { NightReplyView } from "../generated/NightReplyView";
import type { NightTextView } from "../generated/NightTextView";
import type { NightWindowView } from "../generated/NightWindowView";

const hourMs = 3_600_000;

export function nightWindows(now: number): NightWindowView[] {
  return Array.from({ length: 15 }, (_, i) => {
    const begins = new Date(now);
    begins.setHours(24 + i * 24, 0, 0, 0);
    const ends = new Date(begins);
    ends.setHours(6);
    const night = [begins.getFullYear(), begins.getMonth() + 1, begins.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
    return {
      night, zone: "Europe/Paris", begins: begins.getTime(), ends: ends.getTime(), begins_local: "00:00", ends_local: "06:00",
      hours: (ends.getTime() - begins.getTime()) / hourMs,
    };
  });
}

export function nightTexts(): NightTextView[] {
  const general = {
    fr: "17 – En cas d'urgence, appelez le 17 ou le 112. Ceci est une réponse automatique : entre minuit et 6 h, personne ne lit cette messagerie en direct. Un membre de l'équipe vous répondra dans la journée.",
    en: "17 – In an emergency call 17 or 112. This is an automatic reply: between midnight and 6 am nobody reads this inbox live. A member of the team will answer you during the day.",
    es: "17 – En caso de emergencia, llame al 17 o al 112. Esta es una respuesta automática: entre las 0 y las 6 h nadie lee este buzón en directo.",
    ar: "17 – في حالة الطوارئ اتصل بالرقم 17 أو 112. هذا رد آلي: بين منتصف الليل والسادسة صباحًا لا يقرأ أحد هذه الرسائل مباشرة.",
  };
  const silent = {
    fr: "114 – Si vous ne pouvez pas parler, envoyez un SMS au 114. Ceci est une réponse automatique.",
    en: "114 – If you cannot speak, text 114. This is an automatic reply.",
  };
  const emergency = {
    fr: "17 – Appelez le 17 ou le 112 maintenant, et mettez-vous à l'abri. Ceci est une réponse automatique, personne ne lit en direct.",
    en: "17 – Call 17 or 112 now, and get to safety. This is an automatic reply, nobody reads live.",
  };
  const texts = (reply: string, by: Record<string, string>) =>
    Object.entries(by).map(([language, text]): NightTextView => ({ reply, language, text }));
  return [...texts("night_general", general), ...texts("night_emergency", emergency), ...texts("night_cannot_speak", silent)];
}

export function nightSent(now: number): NightReplyView[] {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  const night = new Date(midnight + 12 * hourMs).toISOString().slice(0, 10);
  const sent = (conversation: number, contact_name: string, category: string, reply: string, minutes: number, state = "sent", language = "fr"): NightReplyView =>
    ({ conversation, contact_name, inbox_name: "Facebook", category, night, reply, language, at: midnight + minutes * 60_000, state });
  return [
    sent(2, "marc_dub", "emergency", "night_emergency", 201),
    sent(4, "Olena K.", "emergency", "night_general", 132, "sent", "en"),
    sent(15, "Lucas Petit", "incident", "night_general", 47),
    sent(13, "Mme Garnier", "thanks", "night_general", 20, "unknown"),
  ];
}
