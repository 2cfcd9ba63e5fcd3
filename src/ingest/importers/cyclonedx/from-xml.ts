import type { XmlNode } from '../../readers/xml.ts'

/** Names without their prefix: the vulnerability extension writes `v:id`. */
const local = (node: XmlNode): string => node.name.slice(node.name.indexOf(':') + 1)
const childrenOf = (node: XmlNode | undefined, name: string): XmlNode[] => node?.children.filter((one) => local(one) === name) ?? []
const childOf = (node: XmlNode | undefined, name: string): XmlNode | undefined => childrenOf(node, name)[0]
const textOf = (node: XmlNode | undefined, name: string): string | undefined => childOf(node, name)?.text.trim() || undefined
const listOf = (node: XmlNode | undefined, list: string, item: string): XmlNode[] => childrenOf(childOf(node, list), item)

/** The JSON form of `<component>`: https://cyclonedx.org/docs/1.6/xml/ */
export function componentFromXml(node: XmlNode): unknown {
  return {
    type: node.attributes['type'],
    'bom-ref': node.attributes['bom-ref'],
    group: textOf(node, 'group'),
    name: textOf(node, 'name'),
    version: textOf(node, 'version'),
    purl: textOf(node, 'purl'),
    cpe: textOf(node, 'cpe'),
    publisher: textOf(node, 'publisher'),
    supplier: { name: textOf(childOf(node, 'supplier'), 'name') },
    manufacturer: { name: textOf(childOf(node, 'manufacturer'), 'name') },
    externalReferences: listOf(node, 'externalReferences', 'reference').map((one) => ({
      type: one.attributes['type'],
      url: textOf(one, 'url'),
    })),
    properties: listOf(node, 'properties', 'property').map((one) => ({ name: one.attributes['name'], value: one.text })),
    evidence: {
      occurrences: listOf(childOf(node, 'evidence'), 'occurrences', 'occurrence').map((one) => ({ location: textOf(one, 'location') })),
    },
    components: listOf(node, 'components', 'component').map(componentFromXml),
    vulnerabilities: listOf(node, 'vulnerabilities', 'vulnerability').map(vulnerabilityFromXml),
  }
}

/** The JSON form of `<metadata>`. */
export function metadataFromXml(node: XmlNode): unknown {
  const component = childOf(node, 'component')
  const tools = childOf(node, 'tools')
  const listed = [...childrenOf(tools, 'tool'), ...listOf(tools, 'components', 'component')]
  return {
    timestamp: textOf(node, 'timestamp'),
    tools: listed.map((tool) => ({ name: textOf(tool, 'name'), version: textOf(tool, 'version') })),
    authors: listOf(node, 'authors', 'author').map((one) => ({ name: textOf(one, 'name') })),
    supplier: { name: textOf(childOf(node, 'supplier'), 'name') },
    manufacturer: { name: textOf(childOf(node, 'manufacturer'), 'name') },
    manufacture: { name: textOf(childOf(node, 'manufacture'), 'name') },
    component: component ? componentFromXml(component) : undefined,
  }
}

/** The JSON form of `<vulnerability>`, of the specification since 1.4 and of the extension before. */
export function vulnerabilityFromXml(node: XmlNode): unknown {
  const source = childOf(node, 'source')
  const analysis = childOf(node, 'analysis')
  const targets = listOf(node, 'affects', 'target').map((target) => ({
    ref: textOf(target, 'ref') ?? '',
    versions: listOf(target, 'versions', 'version').map((one) => ({ version: textOf(one, 'version'), status: textOf(one, 'status') })),
  }))
  // The extension names the component in an attribute.
  const ref = node.attributes['ref']
  return {
    'bom-ref': node.attributes['bom-ref'],
    id: textOf(node, 'id'),
    source: { name: textOf(source, 'name') ?? source?.attributes['name'], url: textOf(source, 'url') },
    references: listOf(node, 'references', 'reference').map((one) => ({ id: textOf(one, 'id') })),
    ratings: listOf(node, 'ratings', 'rating').map(ratingFromXml),
    description: textOf(node, 'description'),
    recommendation:
      textOf(node, 'recommendation') ??
      (listOf(node, 'recommendations', 'recommendation')
        .map((one) => one.text.trim())
        .join('; ') ||
        undefined),
    // The extension has the link as the advisory's own text.
    advisories: listOf(node, 'advisories', 'advisory').map((one) => ({ url: textOf(one, 'url') ?? (one.text.trim() || undefined) })),
    published: textOf(node, 'published'),
    analysis: analysis && {
      state: textOf(analysis, 'state'),
      detail: textOf(analysis, 'detail'),
      justification: textOf(analysis, 'justification'),
    },
    affects: targets.length === 0 && ref ? [{ ref }] : targets,
  }
}

function ratingFromXml(node: XmlNode): unknown {
  const score = childOf(node, 'score')
  const text = textOf(score, 'base') ?? score?.text.trim() ?? ''
  return {
    source: { name: textOf(childOf(node, 'source'), 'name') },
    score: /^\d{1,3}(?:\.\d{1,6})?$/.test(text) ? Number(text) : undefined,
    severity: textOf(node, 'severity'),
    method: textOf(node, 'method'),
    vector: textOf(node, 'vector'),
  }
}
