import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../errors.ts'
import { child, childrenNamed, childText, readXml, type XmlEvent, type XmlOptions } from './xml.ts'

async function* inChunks(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(text: string | Uint8Array, options: XmlOptions, size = 7): Promise<XmlEvent[]> {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
  const events: XmlEvent[] = []
  for await (const event of readXml(inChunks(bytes, size), options)) events.push(event)
  return events
}

const refusal = async (text: string | Uint8Array, options: XmlOptions = { elements: ['a'] }, size = 7): Promise<UserError> => {
  const error = await read(text, options, size).then(
    () => null,
    (caught: unknown) => caught,
  )
  expect(error).toBeInstanceOf(UserError)
  expect((error as UserError).code).toBe('unreadable_report')
  return error as UserError
}

describe('readXml', () => {
  it('yields listed elements whole and open ones at their start, in file order', async () => {
    const events = await read('<r><host name="h1"><item id="1">a<b>x</b>c</item></host><host name="h2"/></r>', {
      elements: ['item'],
      opens: ['host'],
    })
    expect(events.map(({ event, path }) => `${event} ${path}`)).toEqual(['open r/host', 'element r/host/item', 'open r/host'])
    const item = events[1]!.node
    expect(item.attributes['id']).toBe('1')
    expect(item.text).toBe('ac')
    expect(childText(item, 'b')).toBe('x')
    expect(child(item, 'nothing')).toBeNull()
    expect(childrenNamed(item, 'b')).toHaveLength(1)
  })

  it('tells elements of one name apart by their path', async () => {
    const events = await read('<r><a><id>1</id></a><b><id>2</id></b></r>', { elements: ['b/id'] })
    expect(events.map(({ node }) => node.text)).toEqual(['2'])
  })

  it('gives a listed element inside a listed one only as its child', async () => {
    const events = await read('<r><a><a>in</a></a></r>', { elements: ['a'] })
    expect(events).toHaveLength(1)
    expect(events[0]!.node.children[0]!.text).toBe('in')
  })

  it('says the line of the element, also behind comments before the declaration', async () => {
    const events = await read('<!-- one\ntwo -->\n<?xml version="1.0"?>\n<r>\n<a/></r>', { elements: ['a'] })
    expect(events[0]!.line).toBe(5)
  })

  it('knows built-in entities, character references and CDATA', async () => {
    const [event] = await read('<a x="&lt;&#65;">&amp;&#x42;<![CDATA[<c>]]></a>', { elements: ['a'] })
    expect(event!.node.attributes['x']).toBe('<A')
    expect(event!.node.text).toBe('&B<c>')
  })

  it('keeps attributes named like parts of Object as plain data', async () => {
    const [event] = await read('<a __proto__="1" constructor="2"/>', { elements: ['a'] })
    expect(Object.keys(event!.node.attributes).toSorted()).toEqual(['__proto__', 'constructor'])
    expect(({} as Record<string, unknown>)['1']).toBeUndefined()
  })

  it('does not fetch an outer DTD and refuses entities of its own', async () => {
    expect(await read('<!DOCTYPE r SYSTEM "https://example.invalid/x.dtd"><r><a/></r>', { elements: ['a'] })).toHaveLength(1)
    expect((await refusal('<!DOCTYPE r [<!ENTITY x "boom">]><a>&x;</a>')).message).toMatch(/entities/)
    expect((await refusal('<a>&x;</a>')).message).toMatch(/line 1/)
    expect((await refusal('<a>&constructor;</a>')).message).toMatch(/entity/)
  })

  it('leaves out the prefix of names where that is asked for', async () => {
    const document = '<c:r xmlns:c="urn:x"><c:a id="1"><d:b>x</d:b></c:a><a id="2"/></c:r>'
    const events = await read(document, { elements: ['a'], opens: ['r'], local_names: true })
    expect(events.map(({ name, path, node }) => [name, path, node.children.map((one) => one.name)])).toEqual([
      ['r', 'r', []],
      ['a', 'r/a', ['b']],
      ['a', 'r/a', []],
    ])
    expect((await read(document, { elements: ['a'], opens: ['r'] })).map(({ node }) => node.attributes['id'])).toEqual(['2'])
  })

  it('gives the text of flat elements whole, in order, blocks on lines of their own', async () => {
    const document =
      '<r><a><t>Set <h:code>x=<b>1</b></h:code> here.<br/><br/><ul><li>one</li><li>two</li></ul></t><u>y</u></a><a><t/><u/></a></r>'
    const [first, second] = await read(document, { elements: ['a'], flat: ['t'] })
    expect(childText(first!.node, 't')).toBe('Set x=1 here.\none\ntwo')
    expect(child(first!.node, 't')!.children).toEqual([])
    expect(childText(first!.node, 'u')).toBe('y')
    expect(second!.node.children.map(({ name }) => name)).toEqual(['t', 'u'])
  })

  it('says where a document breaks or ends too early', async () => {
    expect((await refusal('<r>\n<a>\n</r>')).message).toMatch(/line 3 inside r/)
    expect((await refusal('<r>\n<a>')).message).toMatch(/line 2.*r\/a.*cut off/)
    expect((await refusal('<r><a attr="x')).message).toMatch(/cut off/)
    expect((await refusal('')).message).toMatch(/no element/)
    expect((await refusal('{"json": true}')).message).toMatch(/line 1/)
  })

  it('caps depth and size', async () => {
    expect((await refusal('<a>'.repeat(300))).message).toMatch(/deeper/)
    expect((await refusal(`<a>${'x'.repeat(200_000)}</a>`, { elements: ['a'], max_element: 1e5 }, 1000)).message).toMatch(/larger/)
    expect((await refusal(`<r b="${'x'.repeat(200_000)}"/>`, { elements: ['a'], max_element: 1e5 }, 1000)).message).toMatch(/larger/)
    const many = `<r>${'<a>xxxxxxxx</a>'.repeat(20_000)}</r>`
    expect(await read(many, { elements: ['a'], max_element: 1e5 }, 1000)).toHaveLength(20_000)
  })

  it('reads the declared single-byte encoding, and refuses bytes that are not UTF-8 otherwise', async () => {
    const latin = Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>caf\u00e9</a>', 'latin1')
    expect((await read(latin, { elements: ['a'] }))[0]!.node.text).toBe('caf\u00e9')
    await refusal(Buffer.from('<a>caf\u00e9</a>', 'latin1'))
  })

  it('gives the same whatever the chunks', async () => {
    const escape = (text: string) => text.replace(/[&<>"]/g, (char) => `&#${char.codePointAt(0)};`)
    const printable = fc
      .string({ unit: 'grapheme', maxLength: 20 })
      .filter((text) => !/[\r\ufffe\uffff]|[\u0000-\u0008\u000b-\u001f]/.test(text))
    await fc.assert(
      fc.asyncProperty(fc.array(printable, { maxLength: 8 }), fc.integer({ min: 1, max: 50 }), async (texts, size) => {
        const document = `<r>${texts.map((text) => `<a>${escape(text)}</a>`).join('\n')}</r>`
        const events = await read(document, { elements: ['a'] }, size)
        expect(events.map(({ node }) => node.text)).toEqual(texts)
      }),
    )
  })
})
