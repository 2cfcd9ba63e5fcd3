import type { WebhookShape } from '../model/notice.ts'
import type { Mail } from './mail.ts'

/** An event as messages tell it. */
export interface ToldEvent {
  event_id: string
  feed: 'risk' | 'posture'
  type: string
  title: string
  headline: string
  /** YYYY-MM-DD of the organisation's zone. */
  day: string
  happened_at: string
  direction: 'worse' | 'better' | 'neutral'
  severity: string | null
  assets: number
  /** Of the active assets, 0–1. */
  share: number
  /** Points of the exposure score that a risk event moved it by, above 0 worse; null: not known. */
  effect: number | null
  score: string | null
  score_id: string | null
  score_before: number | null
  score_after: number | null
  url: string
}

/** What one message tells. */
export interface Message {
  delivery: string
  rule: { id: string; name: string }
  /** Null: the rule does not name it. */
  organisation: { slug: string; name: string } | null
  test: boolean
  digest: boolean
  /** The first of them; `more` are not written out. */
  events: ToldEvent[]
  more: number
  /** All events on screen. */
  url: string
}

/** Events that a message writes out: what Slack takes in one message leaves room for no more. */
export const MOST_EVENTS = 40

const counted = (message: Message): string => {
  const count = message.events.length + message.more
  return count === 1 ? '1 event' : `${count} events`
}

/** The line above the events. */
function headOf(message: Message): string {
  const of = message.organisation ? ` – ${message.organisation.name}` : ''
  return `${message.test ? 'Test: ' : ''}${message.rule.name}${of}: ${counted(message)}`
}

const lineOf = ({ day, title }: ToldEvent): string => `${day} · ${title}`

/** The body of a webhook's message. */
export function webhookBody(shape: WebhookShape, message: Message): string {
  if (shape === 'slack') return JSON.stringify(slackBody(message))
  if (shape === 'teams') return JSON.stringify(teamsBody(message))
  return JSON.stringify({ type: 'plimsoll.events', version: 1, ...message })
}

/** Text that is shown as it stands: Slack cuts at 3000 characters. https://docs.slack.dev/reference/block-kit/blocks/section-block */
const plain = (text: string) => ({ type: 'plain_text', text: text.slice(0, 2900), emoji: false })

/** What Slack shows; names from reports are plain text, so that they can hold no link and mention nobody. */
function slackBody(message: Message) {
  return {
    text: headOf(message).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    blocks: [
      { type: 'header', text: { ...plain(headOf(message).slice(0, 150)) } },
      ...message.events.map((event) => ({
        type: 'section',
        text: plain(`${event.headline}\n${lineOf(event)}`),
        accessory: { type: 'button', text: plain('Open'), url: event.url },
      })),
      {
        type: 'context',
        elements: [plain(message.more > 0 ? `and ${message.more} more · ${message.url}` : message.url)],
      },
    ],
  }
}

/** What Teams shows: an adaptive card whose texts are runs, which read no Markdown. https://adaptivecards.io/explorer/RichTextBlock.html */
function teamsBody(message: Message) {
  const block = (runs: object[], more: object = {}) => ({
    type: 'RichTextBlock',
    ...more,
    inlines: runs.map((run) => ({ type: 'TextRun', ...run })),
  })
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            block([{ text: headOf(message), weight: 'Bolder', size: 'Medium' }]),
            ...message.events.map((event) =>
              block(
                [
                  { text: event.headline, selectAction: { type: 'Action.OpenUrl', url: event.url } },
                  { text: `  ${lineOf(event)}`, isSubtle: true, size: 'Small' },
                ],
                { separator: true },
              ),
            ),
            ...(message.more > 0 ? [block([{ text: `and ${message.more} more`, isSubtle: true }])] : []),
          ],
          actions: [{ type: 'Action.OpenUrl', title: 'All events', url: message.url }],
        },
      },
    ],
  }
}

const html = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')

/** The same as a mail. */
export function mailOf(message: Message): Mail {
  const head = headOf(message)
  const more = message.more > 0 ? `and ${message.more} more: ` : 'All events: '
  return {
    subject: `Plimsoll: ${head}`,
    text: `${head}\n\n${message.events.map((event) => `${event.headline}\n${lineOf(event)}\n${event.url}\n`).join('\n')}\n${more}${message.url}\n`,
    html: `<!doctype html><html lang="en"><body style="font-family:sans-serif"><h1 style="font-size:18px">${html(head)}</h1><ul>${message.events
      .map(
        (event) =>
          `<li style="margin-bottom:8px"><a href="${html(event.url)}">${html(event.headline)}</a><br><small>${html(lineOf(event))}</small></li>`,
      )
      .join('')}</ul><p>${html(more)}<a href="${html(message.url)}">${html(message.url)}</a></p></body></html>`,
  }
}
