import { isJsonObject } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';

/** Longest piece of a server's text that is repeated in an error. */
const MOST_TEXT = 300;

/** What an answer's body says, whatever its HTTP status. */
export type Answer =
  | { readonly kind: 'data'; readonly data: JsonObject }
  /** Partial data beside errors counts as an error: its nulls mean nothing. */
  | { readonly kind: 'errors'; readonly text: string }
  /** No JSON, or none of W&B's shapes: a gateway's page, a body cut short. */
  | { readonly kind: 'unreadable'; readonly text: string };

/**
 * Reads a body in all the shapes that W&B and the gateways before it send: `{"data":…}`, `{"errors":[{"message"}]}`,
 * `{"errors":["text"]}`, `{"error":"text"}`, `{"error":{"message"}}`, plain text and HTML.
 */
export function decodeAnswer(body: string): Answer {
  const value = parseJsonOrNull(body);
  if (!isJsonObject(value)) return { kind: 'unreadable', text: describeText(body) };
  const errors = [value['errors'], value['error'], value['message']].flatMap(messagesOf);
  if (errors.length > 0) return { kind: 'errors', text: cut(errors.join('; ')) };
  const data = value['data'];
  return isJsonObject(data) ? { kind: 'data', data } : { kind: 'unreadable', text: describeText(body) };
}

function messagesOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (Array.isArray(value)) return value.flatMap(messagesOf);
  return isJsonObject(value) ? messagesOf(value['message'] ?? JSON.stringify(value)) : [];
}

/** A page of HTML is told by its title: the rest is markup. */
function describeText(body: string): string {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(body)?.[1];
  const text = title ?? body.replaceAll(/<[^>]*>/g, ' ');
  const words = text.replaceAll(/\s+/g, ' ').trim();
  return words === '' ? 'an empty body' : cut(words);
}

function cut(text: string): string {
  return text.length <= MOST_TEXT ? text : `${text.slice(0, MOST_TEXT)}…`;
}

function parseJsonOrNull(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
