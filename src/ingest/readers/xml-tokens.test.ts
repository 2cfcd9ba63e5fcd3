import fc from 'fast-check'
import { SaxesParser } from 'saxes'
import { describe, expect, it } from 'vitest'
import { XmlFault, XmlTokenizer } from './xml-tokens.ts'

/** What a parser tells of a document, as text; texts that follow each other are one. Null: it is not well-formed. */
type Told = string[] | null

const addText = (told: string[], text: string) => {
  if (text === '') return
  const last = told.at(-1)
  if (last?.startsWith('text ')) told[told.length - 1] = last + text
  else told.push(`text ${text}`)
}

/** Attributes in the order of the tag, `__proto__` among them. */
const written = (name: string, attributes: Record<string, string>) =>
  `open ${name} ${Object.keys(attributes)
    .map((key) => `${key}=${JSON.stringify(attributes[key])}`)
    .join(' ')}`

function ours(document: string, size: number): Told {
  const told: string[] = []
  const tokenizer = new XmlTokenizer({
    open: (name, attributes) => told.push(written(name, attributes)),
    close: () => told.push('close'),
    text: (text) => addText(told, text),
    doctype: () => {},
  })
  try {
    for (let at = 0; at < document.length; at += size) tokenizer.write(document.slice(at, at + size))
    tokenizer.end()
  } catch (error) {
    if (error instanceof XmlFault) return null
    throw error
  }
  return tokenizer.rooted && tokenizer.path.length === 0 ? told : null
}

function theirs(document: string): Told {
  const told: string[] = []
  const parser = new SaxesParser()
  let failed = false
  let root = false
  parser.on('error', () => (failed = true))
  parser.on('opentag', ({ name, attributes }) => {
    root = true
    told.push(written(name, attributes))
  })
  parser.on('closetag', () => told.push('close'))
  const text = (piece: string) => told.at(-1) !== undefined && addText(told, piece)
  parser.on('text', text)
  parser.on('cdata', text)
  parser.write(document).close()
  return failed || !root ? null : told
}

/** Without the white space around the root, which one of the two tells and the other does not. */
function insideRoot(told: Told): Told {
  if (told === null) return null
  let depth = 0
  return told.filter((event) => {
    if (event.startsWith('open ')) depth++
    const inside = depth > 0
    if (event === 'close') depth--
    return inside
  })
}

const word = fc.constantFrom('a', 'b', 'long-name', 'n:s', 'é', '_1')
const text = fc.string({
  unit: fc.constantFrom('x', ' ', '\n', '\t', '\r', '&lt;', '&#65;', '&#x1F600;', '&amp;', 'é', '😀', '>', '"', "'"),
  maxLength: 12,
})
const quoted = fc.oneof(
  text.map((value) => `"${value.replaceAll('"', '')}"`),
  text.map((value) => `'${value.replaceAll("'", '')}'`),
)
const attribute = fc.tuple(word, fc.constantFrom('=', ' = ', '=\n'), quoted).map((parts) => ` ${parts.join('')}`)
const tag = fc.tuple(
  word,
  fc.uniqueArray(attribute, { maxLength: 3, selector: (each) => each.split('=')[0]!.trim() }),
  fc.constantFrom('', ' ', '\n'),
)
const { element } = fc.letrec<{ element: string; content: string }>((tie) => ({
  element: fc
    .tuple(tag, fc.option(fc.array(tie('content'), { maxLength: 4 })))
    .map(([[name, attributes, space], contents]) =>
      contents === null
        ? `<${name}${attributes.join('')}${space}/>`
        : `<${name}${attributes.join('')}${space}>${contents.join('')}</${name}${space}>`,
    ),
  content: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.constantFrom('<![CDATA[<a>]]]]>', '<!-- - -->', '<?php x ?>', '<![CDATA[]]>', '<!---->'),
    tie('element'),
  ),
}))
const document = fc
  .tuple(
    fc.constantFrom('', '<?xml version="1.0"?>', '<?xml version="1.0"?>\n<!-- c -->\n', '<!DOCTYPE a SYSTEM "x>y">'),
    element,
    fc.constantFrom('', '\n', '<!-- end -->', ' <?p?>'),
  )
  .map((parts) => parts.join(''))
const size = fc.integer({ min: 1, max: 40 })

describe('XmlTokenizer', () => {
  it('tells what another parser tells, whatever the pieces', () => {
    fc.assert(
      fc.property(document, size, (each, pieces) => {
        const expected = insideRoot(theirs(each))
        expect(expected).not.toBeNull()
        expect(insideRoot(ours(each, pieces))).toEqual(expected)
      }),
      { numRuns: 1000 },
    )
  })

  it('takes no broken document that another parser refuses, but for "]]>" in a text and what does not decide the tree', () => {
    const broken = fc
      .tuple(
        document,
        fc.nat(),
        fc.nat({ max: 6 }),
        fc.constantFrom('', '<', '>', '&', '"', '/', '=', 'x', ' ', '<a>', '</a>', '&no;', '&#0;', '\u0001', '--', '<!'),
      )
      .map(([each, at, cut, put]) => each.slice(0, at % (each.length + 1)) + put + each.slice((at % (each.length + 1)) + cut))
      .filter((each) => !each.includes(']]>') && !each.includes('<?') && !each.includes('<!D') && !/\p{Surrogate}/u.test(each))
    fc.assert(
      fc.property(broken, size, (each, pieces) => {
        const expected = insideRoot(theirs(each))
        const told = insideRoot(ours(each, pieces))
        if (expected === null) expect(told).toBeNull()
        else expect(told ?? expected).toEqual(expected)
      }),
      { numRuns: 3000 },
    )
  })

  it('takes a tag that grows over many pieces without reading it again each time', () => {
    const value = 'x'.repeat(4_000_000)
    expect(ours(`<a b="${value}"/>`, 1000)).toEqual([`open a b="${value}"`, 'close'])
  })
})
