import { readFileSync } from 'node:fs'
import { createTransport } from 'nodemailer'
import { UserError } from '../errors.ts'
import type { Outcome } from './webhook.ts'

/** Where mail is handed in, and who it is from. The address may hold a password: it is never shown. */
export interface MailSettings {
  /** smtp:// (with STARTTLS where the server offers it) or smtps:// */
  url: string
  from: string
}

/**
 * Reads the settings for mail: PLIMSOLL_SMTP_URL, or the first line of the file PLIMSOLL_SMTP_URL_FILE, and PLIMSOLL_MAIL_FROM. Null: mail is not set
 * up. Throws UserError('bad_mail_settings').
 */
export function mailSettings(environment: NodeJS.ProcessEnv = process.env): MailSettings | null {
  const file = environment['PLIMSOLL_SMTP_URL_FILE']
  const url = environment['PLIMSOLL_SMTP_URL'] ?? (file === undefined ? undefined : firstLine(file))
  if (!url) return null
  if (!URL.canParse(url) || !/^smtps?:$/.test(new URL(url).protocol))
    throw new UserError('bad_mail_settings', 'PLIMSOLL_SMTP_URL is an address such as smtps://user:password@mail.example.org')
  const from = environment['PLIMSOLL_MAIL_FROM']
  if (!from || !/^[^\s@<>]+@[^\s@<>]+$/.test(from))
    throw new UserError('bad_mail_settings', 'PLIMSOLL_MAIL_FROM is the mail address that messages come from, such as plimsoll@example.org')
  return { url, from }
}

function firstLine(file: string): string {
  try {
    return readFileSync(file, 'utf8').split('\n')[0]!.trim()
  } catch (error) {
    throw new UserError('bad_mail_settings', `PLIMSOLL_SMTP_URL_FILE cannot be read: ${(error as NodeJS.ErrnoException).code}`, {
      cause: error,
    })
  }
}

/** A mail: the same as plain text and as HTML. */
export interface Mail {
  subject: string
  text: string
  html: string
}

/** How long the mail server may take, in milliseconds. */
const PATIENCE = 20_000

/** Hands in a mail for each recipient, none of whom sees the others. Never throws. */
export async function sendMail(
  { url, from }: MailSettings,
  { id, recipients, mail }: { id: string; recipients: readonly string[]; mail: Mail },
  { patience = PATIENCE }: { patience?: number } = {},
): Promise<Outcome> {
  const { protocol, hostname, port, username, password } = new URL(url)
  const secure = protocol === 'smtps:'
  const transport = createTransport({
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port ? Number(port) : secure ? 465 : 587,
    secure,
    ...(username ? { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } } : {}),
    connectionTimeout: patience,
    greetingTimeout: patience,
    socketTimeout: patience,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  try {
    const sent = await transport.sendMail({
      from,
      to: from,
      envelope: { from, to: [...recipients] },
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      headers: { 'auto-submitted': 'auto-generated', 'x-plimsoll-delivery': id },
    })
    return { sent: true, answer: `SMTP ${sent.response.slice(0, 3)}, ${sent.accepted.length} of ${recipients.length} recipients` }
  } catch (error) {
    const { responseCode, code, command } = error as { responseCode?: number; code?: string; command?: string }
    const answer = responseCode === undefined ? null : `SMTP ${responseCode}`
    const what =
      responseCode === undefined
        ? `the mail server cannot be reached (${code ?? 'unknown'})`
        : `the mail server answered ${responseCode}${command ? ` to ${command}` : ''}`
    // https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1: 5yz is for good
    return { sent: false, answer, error: what, again: responseCode === undefined || responseCode < 500, after: null }
  } finally {
    transport.close()
  }
}
