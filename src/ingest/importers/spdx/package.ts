import { z } from 'zod'
import { fieldsOf, listOf } from '../../readers/json-fields.ts'
import { WholeText } from '../../readers/lenient.ts'

const Text = WholeText.transform((text) => (text === 'NOASSERTION' || text === 'NONE' ? undefined : text))

/** What a package's references to the world outside say of it: https://spdx.github.io/spdx-spec/v2.3/external-repository-identifiers/ */
export interface References {
  /** The first of each kind. */
  purl: string | undefined
  cpe: string | undefined
  /** Where security advisories about it stand. */
  advisories: readonly string[]
}

const NONE: readonly string[] = []

export const noReferences = (): References => ({ purl: undefined, cpe: undefined, advisories: NONE })

/** Adds a reference of a type of version 2, which may be written as its IRI; types that we do not use are passed over. */
export function addReference(to: References, type: string, locator: string): void {
  const own = type.startsWith('http') ? type.replace(/^https?:\/\/spdx\.org\/rdf\/references\//, '') : type
  if (own === 'purl') to.purl ??= locator
  else if (own === 'cpe23Type' || own === 'cpe22Type') to.cpe ??= locator
  else if (own === 'advisory') to.advisories = [...to.advisories, locator]
}

/** One package of a bill, the same from every form of SPDX. */
export interface Package extends References {
  /** SPDXRef-…, or the IRI of version 3. */
  id: string
  name: string
  version: string | undefined
  supplier: string | undefined
  download: string | undefined
  /** How the tool came by it: often a path. */
  source_info: string | undefined
  /** In capitals: CONTAINER, OPERATING-SYSTEM, FILE, … */
  purpose: string | undefined
  /** The tool's own remarks; Trivy's hold the image's digest. */
  remarks: readonly string[]
}

/** "Organization: Acme (info@example.com)" → "Acme". */
export const nameOfAgent = (text: string | undefined): string | undefined =>
  text
    ?.replace(/^(?:Organization|Person|Tool):\s*/i, '')
    .replace(/\s*\([^()]*\)$/, '')
    .trim() || undefined

/** A package of version 2, JSON: https://spdx.github.io/spdx-spec/v2.3/package-information/ */
export const PackageOfJson = z
  .object({
    SPDXID: z.string(),
    name: z.string().trim().min(1),
    versionInfo: Text,
    supplier: Text,
    originator: Text,
    downloadLocation: Text,
    sourceInfo: Text,
    primaryPackagePurpose: Text,
    attributionTexts: z.array(z.string()).nullish().catch(null),
    externalRefs: z.unknown().optional(),
  })
  .transform((one): Package => ({
    id: one.SPDXID,
    name: one.name,
    version: one.versionInfo,
    supplier: nameOfAgent(one.supplier ?? one.originator),
    download: one.downloadLocation,
    source_info: one.sourceInfo,
    purpose: one.primaryPackagePurpose?.toUpperCase().replace('_', '-'),
    remarks: one.attributionTexts ?? NONE,
    ...referencesIn(one.externalRefs),
  }))

function referencesIn(value: unknown): References {
  const all = noReferences()
  for (const one of listOf(value)) {
    const { referenceCategory, referenceType, referenceLocator } = fieldsOf(one)
    if (typeof referenceCategory === 'string' && typeof referenceType === 'string' && typeof referenceLocator === 'string')
      addReference(all, referenceType, referenceLocator.trim())
  }
  return all
}

/** What a document says of itself. */
export interface Creation {
  /** ISO 8601. */
  created: string | undefined
  /** Creators of the kind Tool, as written: "syft-1.2.0". */
  tools: string[]
  name: string | undefined
  namespace: string | undefined
  /** Ids of what the document is about. */
  describes: string[]
}
