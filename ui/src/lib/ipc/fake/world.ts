/** The fake desk's memory: conversations made from the stories, people, accounts, and what could not be read. */
import type { DraftView } from "../generated/DraftView";
import type { InboxView } from "../generated/InboxView";
import type { MessageView } from "../generated/MessageView";
import type { OutboxView } from "../generated/OutboxView";
import type { PersonView } from "../generated/PersonView";
import type { QuarantineRow } from "../generated/QuarantineRow";
import type { QueueRow } from "../generated/QueueRow";
import { fillers, names, stories, type Story } from "./stories";

export type FakeConversation = { row: QueueRow; messages: MessageView[]; draft: DraftView | null; outbox: OutboxView[] };

export const minute = 60_000;
const hour = 60 * minute;

export const people: PersonView[] = [
  { id: 1, login: "ana", name: "Ana Morel", role: "operator", review_level: 0 },
  { id: 2, login: "bruno", name: "Bruno Keller", role: "supervisor", review_level: 1 },
];

export function makeInboxes(now: number): InboxView[] {
  const inbox = (id: number, name: string, channel: string, address: string, state: string, last_error: string | null = null): InboxView =>
    ({ id, name, channel, address, zone: "Europe/Paris", state, last_message_at: now - id * 3 * minute, last_error });
  return [
    inbox(1, "Facebook", "messenger", "police.demo", "demo"),
    inbox(2, "Instagram", "instagram", "police_demo", "demo"),
    inbox(3, "X", "x", "@police_demo", "demo"),
    inbox(4, "Contact", "email", "contact@police.example", "live"),
    inbox(5, "Mastodon", "mastodon", "@police@social.example", "paused", "Connexion refusée par le serveur : mot de passe à renouveler."),
    inbox(6, "Telegram", "telegram", "@police_demo_bot", "import_only"),
  ];
}

export function makeQuarantine(now: number): QuarantineRow[] {
  return [
    {
      id: 1, inbox_name: "Contact", origin: "mail 4711", reason: "Jeu de caractères inconnu : x-klingon-8",
      preview: "Content-Type: text/plain; charset=x-klingon-8\n\n\uFFFDQapla'\uFFFD …", at: now - 5 * hour,
    },
    {
      id: 2, inbox_name: "Facebook", origin: "message_1.json, ligne 218", reason: "JSON interrompu au milieu d'un message",
      preview: '{"sender_name": "…", "timestamp_ms": 17189', at: now - 26 * hour,
    },
  ];
}

export function makeConversations(inboxes: InboxView[], now: number): FakeConversation[] {
  return [...stories, ...fillerStories()].map((story, i) => makeConversation(story, i + 1, inboxes, now));
}

function fillerStories(): Story[] {
  const channels = ["messenger", "instagram", "x", "email"];
  return Array.from({ length: 130 }, (_, i) => {
    const [category, text] = fillers[(i * 7) % fillers.length] ?? ["other", "?"];
    const from = `${names[(i * 3) % names.length] ?? "?"}${i >= names.length ? ` ${String.fromCharCode(65 + (i % 26))}.` : ""}`;
    const ago = 20 + i * 11;
    const channel = channels[i % channels.length] ?? "email";
    return { from, channel, category, ago, says: [text], ...(channel === "messenger" && ago < 1440 ? { left: 1440 - ago } : {}) };
  });
}

function makeConversation(story: Story, id: number, inboxes: InboxView[], now: number): FakeConversation {
  const inbox = inboxes.find(({ channel }) => channel === story.channel) ?? inboxes[0];
  if (inbox === undefined) throw new Error("The fake desk has no inbox.");
  const signals = story.signals ?? [];
  const language = story.language ?? "fr";
  const newest = now - story.ago * minute;
  const last = story.says.length - 1;
  const messages = story.says.map((said, i): MessageView => {
    const author = said.startsWith("us:") ? "operator" : said.startsWith("night:") ? "night" : "contact";
    const text = said.replace(/^(us|night):/, "");
    const mine = author === "contact";
    return {
      id: id * 100 + i, direction: mine ? "in" : "out", kind: "text", author, operator_name: author === "operator" ? "Bruno Keller" : null,
      sent_at: newest - (last - i) * 17 * minute, text, attachments: i === last ? (story.attachments ?? []) : [],
      category: mine ? (i === last ? story.category : "other") : null, secondary: i === last ? (story.secondary ?? null) : null,
      confidence: mine ? 0.87 : null, signals: i === last ? signals : [], learned_at: null, automatic: author === "night",
      evidence: i === last ? spans(text, story.why ?? []) : [],
    };
  });
  const row: QueueRow = {
    conversation: id, inbox: inbox.id, inbox_name: inbox.name, channel: story.channel, contact_name: story.from, category: story.category,
    signals, language, excerpt: (messages[last]?.text ?? "").slice(0, 160), waiting_since: newest,
    deadline: story.left === undefined ? null : now + story.left * minute, last_message_at: newest, status: "open",
    reply_state: "none", holder: story.heldBy ?? null, held_by_me: false,
  };
  return { row, messages, draft: null, outbox: [] };
}

function spans(text: string, why: [string, string][]): MessageView["evidence"] {
  return why.flatMap(([words, code]) => {
    const start = text.toLowerCase().indexOf(words.toLowerCase());
    return start < 0 ? [] : [{ start, end: start + words.length, why: code }];
  });
}
