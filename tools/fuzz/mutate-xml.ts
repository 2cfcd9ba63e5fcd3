import { oddText } from './odd.ts'
import type { Random } from './random.ts'

const escape = (text: string) => text.replace(/[&<>"]/g, (char) => `&#${char.codePointAt(0)};`)

/** Entities that grow to a billion, ones that read files or the network, and those that only declare. */
const doctypes = [
  `<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "${'&a;'.repeat(30)}"><!ENTITY c "${'&b;'.repeat(30)}"><!ENTITY d "${'&c;'.repeat(30)}">]>`,
  '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
  '<!DOCTYPE r [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]>',
  '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd">',
  '<!DOCTYPE r [<!ELEMENT r ANY>]>',
  '<!DOCTYPE r [',
]

/** Tags, comments and the texts between them. */
const tokensOf = (text: string): string[] => text.match(/<[^>]*>|[^<]+/g) ?? [text]

/** A changed XML document; mostly still well-formed. */
export function mutateXml(text: string, other: string, random: Random): string {
  const tokens = tokensOf(text)
  for (let step = 1 + random.below(3); step > 0; step--) change(tokens, other, random)
  return tokens.join('')
}

function change(tokens: string[], other: string, random: Random): void {
  if (tokens.length === 0) return
  const at = random.below(tokens.length)
  const token = tokens[at]!
  switch (random.below(13)) {
    case 0: // a text or a tag goes
      tokens.splice(at, 1)
      return
    case 1: // a whole element goes, comes twice, or moves
    case 2: {
      const element = elementAt(tokens, at)
      if (!element) return
      const [from, to] = element
      const part = tokens.slice(from, to)
      if (random.chance(0.5)) tokens.splice(from, to - from)
      if (random.chance(0.7)) tokens.splice(random.below(tokens.length + 1), 0, ...part)
      return
    }
    case 3: // an attribute's value
    case 4:
      tokens[at] = token.replace(/="[^"]*"/, () => `="${escape(oddText(random).replaceAll('\u0000', ''))}"`)
      return
    case 5:
    case 6: // a text
      if (!token.startsWith('<')) tokens[at] = escape(oddText(random))
      return
    case 7: {
      const first = tokens.findIndex((one) => /^<[A-Za-z]/.test(one))
      tokens.splice(Math.max(first, 0), 0, random.pick(doctypes))
      if (random.chance(0.7)) tokens.splice(at + 1, 0, random.pick(['&d;', '&x;', '&lt;', '&nbsp;']))
      return
    }
    case 8: {
      const depth = random.pick([150, 250, 5000])
      tokens.splice(at, 0, '<n>'.repeat(depth) + '</n>'.repeat(random.chance(0.8) ? depth : depth - 1))
      return
    }
    case 9:
      tokens.splice(
        at,
        0,
        random.pick(['<![CDATA[', '<![CDATA[]]>', '<!-- -- -->', '<?php x ?>', '&#0;', '&#xD800;', '&', '<', ']]>', '\u0000', '\ufffe']),
      )
      return
    case 10:
      tokens.length = at
      return
    case 11: {
      const donor = tokensOf(other)
      const element = elementAt(donor, random.below(donor.length))
      if (element) tokens.splice(at, 0, ...donor.slice(...element))
      return
    }
    default:
      tokens[0] = `<?xml version="${random.pick(['1.0', '1.1', '9'])}" encoding="${random.pick(['UTF-8', 'ISO-8859-1', 'UTF-16', 'utf-7', 'x-none', ''])}"?>`
  }
}

/** Where the element around or behind a token begins and ends; null when there is none. */
function elementAt(tokens: string[], at: number): [number, number] | null {
  let from = at
  while (from < tokens.length && !/^<[A-Za-z]/.test(tokens[from]!)) from++
  const name = /^<([^\s/>]+)/.exec(tokens[from] ?? '')?.[1]
  if (name === undefined) return null
  if (tokens[from]!.endsWith('/>')) return [from, from + 1]
  let depth = 0
  for (let to = from; to < tokens.length && to < from + 5000; to++) {
    if (tokens[to]!.startsWith(`<${name}`) && !tokens[to]!.endsWith('/>')) depth++
    else if (tokens[to]!.startsWith(`</${name}`) && --depth === 0) return [from, to + 1]
  }
  return null
}
