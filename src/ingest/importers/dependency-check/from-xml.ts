import { parseInstant } from '../../../model/time.ts'
import { child, childrenNamed, childText, type XmlNode } from '../../readers/xml.ts'
import { type Dependency, type Project, vectorOf, type Vulnerability } from './records.ts'

/** Adds what `scanInfo` or `projectInfo` says. */
export function projectFromXml(project: Project, node: XmlNode): Project {
  if (node.name === 'scanInfo') return { ...project, version: childText(node, 'engineVersion') }
  const [group, artifact] = [childText(node, 'groupID'), childText(node, 'artifactID')]
  return {
    ...project,
    name: group && artifact ? `${group}:${artifact}` : childText(node, 'name'),
    observed_at: parseInstant(childText(node, 'reportDate') ?? ''),
  }
}

/** Null for one without a file name. */
export function dependencyFromXml(node: XmlNode): Dependency | null {
  const filePath = childText(node, 'filePath') ?? undefined
  const fileName = childText(node, 'fileName') ?? filePath
  if (fileName === undefined) return null
  const identifiers = child(node, 'identifiers')?.children ?? []
  const vulnerabilities = child(node, 'vulnerabilities')
  return {
    fileName,
    filePath,
    packages: identifiers.flatMap((one) =>
      one.name === 'package'
        ? (childText(one, 'id') ?? [])
        : one.attributes['type'] === 'maven'
          ? (childText(one, 'name')?.replace(/^\((.*)\)$/, '$1') ?? [])
          : [],
    ),
    vulnerabilities: vulnerabilities ? childrenNamed(vulnerabilities, 'vulnerability').map(readVulnerability) : [],
    suppressed: (vulnerabilities ? childrenNamed(vulnerabilities, 'suppressedVulnerability') : []).map((one) => ({
      name: childText(one, 'name') ?? 'a vulnerability without a name',
      notes: childText(one, 'notes') ?? undefined,
    })),
  }
}

function readVulnerability(node: XmlNode): Vulnerability {
  const [v4, v3, v2] = ['cvssV4', 'cvssV3', 'cvssV2'].map((name) => child(node, name))
  const references = child(node, 'references')
  const urls = (references?.children ?? []).map((one) => childText(one, 'url') ?? '')
  return {
    name: childText(node, 'name') ?? '',
    severity: childText(node, 'severity') ?? undefined,
    ratings: [
      v4 && { score: scoreOf(v4, 'baseScore'), vector: childText(v4, 'vectorString'), version: 4 as const },
      v3 && {
        score: scoreOf(v3, 'baseScore'),
        vector: vectorOf(3, {
          AV: childText(v3, 'attackVector') ?? undefined,
          AC: childText(v3, 'attackComplexity') ?? undefined,
          PR: childText(v3, 'privilegesRequired') ?? undefined,
          UI: childText(v3, 'userInteraction') ?? undefined,
          S: childText(v3, 'scope') ?? undefined,
          C: childText(v3, 'confidentialityImpact') ?? undefined,
          I: childText(v3, 'integrityImpact') ?? undefined,
          A: childText(v3, 'availabilityImpact') ?? undefined,
        }),
        version: 3 as const,
      },
      v2 && { score: scoreOf(v2, 'score'), vector: version2(v2, ''), version: 2 as const },
      // Before 3.0 of the schema's second number the metrics of version 2 stand in the vulnerability itself.
      { score: scoreOf(node, 'cvssScore'), vector: version2(node, 'cvss'), version: 2 as const },
    ].filter((rating) => rating !== null && rating !== undefined),
    description: childText(node, 'description') ?? undefined,
    url: urls.find((url) => url.startsWith('https://')),
    exploited: child(node, 'knownExploitedVulnerability') !== null,
  }
}

function scoreOf(node: XmlNode, name: string): number | null {
  const text = childText(node, name)
  return text !== null && /^\d{1,2}(?:\.\d{1,10})?$/.test(text) ? Number(text) : null
}

/** `authenticationr` is how the tool writes it. */
function version2(node: XmlNode, prefix: '' | 'cvss'): string | null {
  const word = (name: string) => {
    const own = prefix ? `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}` : name
    return childText(node, own) ?? childText(node, own.replace(/r$/, '')) ?? undefined
  }
  return vectorOf(2, {
    AV: word('accessVector'),
    AC: word('accessComplexity'),
    Au: word('authenticationr'),
    C: word('confidentialImpact'),
    I: word('integrityImpact'),
    A: word('availabilityImpact'),
  })
}
