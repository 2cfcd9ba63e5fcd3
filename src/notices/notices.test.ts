import { createHmac } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { DAY_US } from '../model/time.ts'
import { isPublic, pin } from './address.ts'
import { dueAt } from './digest-time.ts'
import { mailSettings } from './mail.ts'
import { mailOf, type Message, webhookBody } from './message.ts'
import { keyOf, seal, unseal } from './seal.ts'
import { postWebhook, signatureOf, webhookUrl } from './webhook.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('addresses', () => {
  it('of this machine, of private networks and reserved ones are not public, in any way of writing', () => {
    for (const address of [
      '127.0.0.1',
      '127.9.9.9',
      '10.1.2.3',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.0.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
      '224.0.0.1',
      '255.255.255.255',
      '::1',
      '::',
      '::ffff:127.0.0.1',
      '::ffff:10.0.0.1',
      '64:ff9b::7f00:1',
      'fe80::1',
      'fc00::1',
      'fd12::1',
      'ff02::1',
      '2002:7f00:1::',
      '2001:db8::1',
      'not an address',
    ])
      expect(isPublic(address), address).toBe(false)
    for (const address of ['1.1.1.1', '172.32.0.1', '192.169.0.1', '2606:4700:4700::1111']) expect(isPublic(address), address).toBe(true)
  })

  it('one address that is not public refuses the whole name; the one that was checked is the one that is used', async () => {
    const named = (...addresses: string[]) =>
      (async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))) as never
    await expect(pin('hook.example.org', false, named('1.1.1.1', '10.0.0.1'))).rejects.toThrow(/public internet/)
    await expect(pin('hook.example.org', false, named('::ffff:127.0.0.1'))).rejects.toThrow(/public internet/)
    await expect(pin('[::1]', false)).rejects.toThrow(/public internet/)
    await expect(pin('127.1', false, named('127.0.0.1'))).rejects.toThrow(/public internet/)
    expect(await pin('hook.example.org', false, named('1.1.1.1'))).toEqual({ address: '1.1.1.1', family: 4 })
    expect(await pin('hook.example.org', true, named('10.0.0.1'))).toEqual({ address: '10.0.0.1', family: 4 })
  })

  it('a webhook is https without a user name; a decimal address is still one of this machine', async () => {
    for (const text of ['http://hook.example.org', 'https://me:secret@hook.example.org', 'ftp://x', 'hook.example.org', ''])
      expect(() => webhookUrl(text, false), text).toThrow(/https/)
    const outcome = await postWebhook({ url: 'https://2130706433/x', key: null, id: '1', seconds: 1, body: '{}' })
    expect(outcome).toMatchObject({ sent: false, again: false })
  })
})

describe('signatures', () => {
  it('are those of Standard Webhooks', () => {
    // The example of https://github.com/standard-webhooks/standard-webhooks
    const key = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    expect(signatureOf(key, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}')).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    )
    const own = createHmac('sha256', 'a plain key of ours').update('id.7.body').digest('base64')
    expect(signatureOf('a plain key of ours', 'id', 7, 'body')).toBe(`v1,${own}`)
  })
})

describe('sealed secrets', () => {
  it('open with their key and purpose alone, and say nothing', () => {
    const key = keyOf(folder, {})
    const sealed = seal(key, '1/notification/a', 'https://hook.example.org/token')
    expect(sealed).not.toContain('token')
    expect(Buffer.from(sealed, 'base64').toString('latin1')).not.toContain('token')
    expect(unseal(keyOf(folder, {}), '1/notification/a', sealed)).toBe('https://hook.example.org/token')
    expect(unseal(key, '2/notification/a', sealed)).toBeNull()
    expect(unseal(keyOf(folder, { PLIMSOLL_SECRET_KEY: 'another key of ours' }), '1/notification/a', sealed)).toBeNull()
    expect(seal(key, 'x', 'same')).not.toBe(seal(key, 'x', 'same'))
    expect(readFileSync(join(folder, 'secret.key'), 'utf8')).toMatch(/^[0-9a-f]{64}$/)
    if (process.platform !== 'win32') expect(statSync(join(folder, 'secret.key')).mode & 0o077).toBe(0)
  })
})

describe('digests', () => {
  const HOUR = DAY_US / 24
  // Day 4 is Monday 5 January 1970; day 5 has 23 hours, as when clocks are put forward.
  const starts = [2, 3, 4, 5].map((day) => day * DAY_US)
  const days = [
    ...starts.map((starts_at, index) => ({ day: index + 2, starts_at, ends_at: starts_at + DAY_US - (index === 3 ? HOUR : 0) })),
    ...[6, 7, 8, 9, 10, 11, 12].map((day) => ({ day, starts_at: day * DAY_US - HOUR, ends_at: (day + 1) * DAY_US - HOUR })),
  ]

  it('come at the next hour of the organisation’s clocks', () => {
    const noon = 3 * DAY_US + 12 * HOUR
    expect(dueAt({ at: 'at_once' }, noon, days)).toBe(noon)
    expect(dueAt({ at: 'daily', hour: 13 }, noon, days)).toBe(noon + HOUR)
    expect(dueAt({ at: 'daily', hour: 12 }, noon, days)).toBe(noon + DAY_US)
    expect(dueAt({ at: 'weekly', hour: 8, weekday: 'monday' }, noon, days)).toBe(4 * DAY_US + 8 * HOUR)
    expect(dueAt({ at: 'weekly', hour: 8, weekday: 'sunday' }, noon, days)).toBe(10 * DAY_US + 7 * HOUR)
    // On the short day 9 o'clock is eight hours after midnight.
    expect(dueAt({ at: 'daily', hour: 9 }, 5 * DAY_US, days)).toBe(5 * DAY_US + 8 * HOUR)
  })
})

describe('messages', () => {
  const hostile = '<img src=x onerror=alert(1)> [click](https://evil.example) <!channel> & "quoted"'
  const message: Message = {
    delivery: 'd',
    rule: { id: 'r', name: hostile },
    organisation: { slug: 'north', name: 'North' },
    test: false,
    digest: false,
    events: [
      {
        event_id: 'e',
        feed: 'risk',
        type: 'new_vulnerability',
        title: 'New vulnerability',
        headline: hostile,
        day: '2026-08-01',
        happened_at: '2026-08-01T10:00:00Z',
        direction: 'worse',
        severity: 'high',
        assets: 1,
        share: 0.5,
        effect: 1,
        score: null,
        score_id: null,
        score_before: null,
        score_after: null,
        url: 'https://plimsoll.example.org/events?open=e&org=north',
      },
    ],
    more: 2,
    url: 'https://plimsoll.example.org/events?org=north',
  }

  it('for Slack show names as plain text', () => {
    const body = JSON.parse(webhookBody('slack', message)) as { text: string; blocks: { text?: { type: string; text: string } }[] }
    expect(body.text).not.toMatch(/<(?!\/?$)/)
    expect(body.blocks.every(({ text }) => text === undefined || text.type === 'plain_text')).toBe(true)
    expect(webhookBody('slack', message)).not.toContain('mrkdwn')
  })

  it('for Teams are a card without Markdown', () => {
    const body = JSON.parse(webhookBody('teams', message)) as { attachments: { content: { body: { type: string }[] } }[] }
    expect(body.attachments[0]!.content.body.map(({ type }) => type)).toEqual(Array.from({ length: 3 }, () => 'RichTextBlock'))
  })

  it('as mail escape names', () => {
    const { subject, text, html } = mailOf(message)
    expect(subject).toContain('3 events')
    expect(text).toContain(hostile)
    expect(html).not.toContain('<img')
    expect(html).toContain('&lt;img')
    expect(html).toContain('open=e&amp;org=north')
  })

  it('as JSON hold the whole', () => {
    expect(JSON.parse(webhookBody('json', message))).toMatchObject({ type: 'plimsoll.events', version: 1, delivery: 'd', more: 2 })
  })
})

describe('settings for mail', () => {
  it('are read from the environment; wrong ones are told without the password', () => {
    expect(mailSettings({})).toBeNull()
    expect(mailSettings({ PLIMSOLL_SMTP_URL: 'smtps://u:p@mail.example.org', PLIMSOLL_MAIL_FROM: 'a@example.org' })).toEqual({
      url: 'smtps://u:p@mail.example.org',
      from: 'a@example.org',
    })
    expect(() => mailSettings({ PLIMSOLL_SMTP_URL: 'https://u:hidden@x', PLIMSOLL_MAIL_FROM: 'a@example.org' })).toThrow(
      /^(?!.*hidden).*smtps:/,
    )
    expect(() => mailSettings({ PLIMSOLL_SMTP_URL: 'smtp://x', PLIMSOLL_MAIL_FROM: 'a\nb@example.org' })).toThrow(/PLIMSOLL_MAIL_FROM/)
    expect(() => mailSettings({ PLIMSOLL_SMTP_URL_FILE: join(folder, 'none') })).toThrow(/ENOENT/)
  })
})
