import { z } from 'zod'

const Text = z
  .string()
  .nullish()
  .transform((text) => {
    const trimmed = text?.trim()
    return trimmed && trimmed !== 'NOASSERTION' && trimmed !== 'NONE' ? trimmed : undefined
  })
  .catch(undefined)

/** A reference of a package to the world outside: https://spdx.github.io/spdx-spec/v2.3/external-repository-identifiers/ */
export interface ExternalRef {
  /** SECURITY, PACKAGE-MANAGER (or PACKAGE_MANAGER), … */
  category: string
  /** purl, cpe23Type, advisory, … */
  type: string
  locator: string
}

/** One package of a bill, the same from every form of SPDX. */
export interface Package {
  /** Where it stands in the file. */
  at: string
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
  refs: readonly ExternalRef[]
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
    externalRefs: z
      .array(z.object({ referenceCategory: z.string(), referenceType: z.string(), referenceLocator: z.string() }).nullish().catch(null))
      .nullish()
      .catch(null),
  })
  .transform((one): Omit<Package, 'at'> => ({
    id: one.SPDXID,
    name: one.name,
    version: one.versionInfo,
    supplier: nameOfAgent(one.supplier ?? one.originator),
    download: one.downloadLocation,
    source_info: one.sourceInfo,
    purpose: one.primaryPackagePurpose?.toUpperCase().replace('_', '-'),
    remarks: one.attributionTexts ?? [],
    refs: (one.externalRefs ?? []).flatMap((ref) =>
      ref ? [{ category: ref.referenceCategory, type: typeOf(ref.referenceType), locator: ref.referenceLocator.trim() }] : [],
    ),
  }))

/** The types of the specification may be written as their IRI. */
export const typeOf = (text: string): string => text.replace(/^https?:\/\/spdx\.org\/rdf\/references\//, '')

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
