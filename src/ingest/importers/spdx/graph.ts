import { z } from 'zod'
import { addReference, type Creation, noReferences, type Package } from './package.ts'
import { safeParse } from '../../readers/safe-parse.ts'

const Text = z
  .string()
  .nullish()
  .transform((text) => (text?.trim() && text.trim() !== 'NOASSERTION' ? text.trim() : undefined))
  .catch(undefined)

/** One element of the graph of version 3. Only what we use: https://spdx.github.io/spdx-spec/v3.0.1/model/Software/Classes/Package/ */
const Element = z.object({
  type: z.string(),
  spdxId: Text,
  '@id': Text,
  name: Text,
  created: Text,
  createdUsing: z.array(z.string()).nullish().catch(null),
  rootElement: z.array(z.string()).nullish().catch(null),
  software_packageVersion: Text,
  software_packageUrl: Text,
  software_downloadLocation: Text,
  software_sourceInfo: Text,
  software_primaryPurpose: Text,
  suppliedBy: z
    .union([z.string(), z.array(z.string()).transform((all) => all[0])])
    .nullish()
    .catch(null),
  externalIdentifier: z
    .array(z.object({ externalIdentifierType: Text, identifier: Text }))
    .nullish()
    .catch(null),
})

/** Types of external identifiers, as version 2 calls the same. */
const types: Record<string, string> = { packageUrl: 'purl', packageURL: 'purl', cpe23: 'cpe23Type', cpe22: 'cpe22Type' }

/** Gathers the elements of a graph, in whatever order they stand. */
export class Graph {
  private readonly packages: Package[] = []
  private readonly suppliers = new Map<string, string>()
  private readonly names = new Map<string, string>()
  private readonly tools: string[] = []
  private readonly roots: string[] = []
  private readonly documents = new Map<string, string[]>()
  private created: string | undefined
  private name: string | undefined
  /** Elements taken so far. */
  size = 0

  /** Null when the element was read or passed over; else what is wrong with it. */
  add(value: unknown): string | null {
    this.size++
    const parsed = safeParse(Element, value)
    if (!parsed.success) return z.prettifyError(parsed.error)
    const element = parsed.data
    const id = element.spdxId ?? element['@id']
    if (id !== undefined && element.name !== undefined && /^(?:Tool|Organization|Person|Agent)$/.test(element.type))
      this.names.set(id, element.name)
    if (element.type === 'CreationInfo') {
      this.created ??= element.created
      this.tools.push(...(element.createdUsing ?? []))
    } else if (element.type === 'SpdxDocument' || element.type === 'software_Sbom') {
      if (element.type === 'SpdxDocument') {
        this.name ??= element.name
        this.roots.push(...(element.rootElement ?? []))
      } else if (id !== undefined) this.documents.set(id, element.rootElement ?? [])
    } else if (element.type === 'software_Package') {
      if (element.name === undefined || id === undefined) return 'Expected a package with spdxId and name'
      if (typeof element.suppliedBy === 'string') this.suppliers.set(id, element.suppliedBy)
      const references = { ...noReferences(), purl: element.software_packageUrl }
      for (const { externalIdentifierType: type = '', identifier } of element.externalIdentifier ?? [])
        if (identifier !== undefined && Object.hasOwn(types, type)) addReference(references, types[type]!, identifier)
      this.packages.push({
        id,
        name: element.name,
        version: element.software_packageVersion,
        supplier: undefined,
        download: element.software_downloadLocation,
        source_info: element.software_sourceInfo,
        purpose:
          element.software_primaryPurpose === 'operatingSystem' ? 'OPERATING-SYSTEM' : element.software_primaryPurpose?.toUpperCase(),
        remarks: [],
        ...references,
      })
    }
    return null
  }

  end(): { creation: Creation; packages: Package[] } {
    return {
      creation: {
        created: this.created,
        tools: this.tools.flatMap((id) => this.names.get(id) ?? []),
        name: this.name,
        namespace: undefined,
        // A document may be about bills, each of which is about something.
        describes: this.roots.flatMap((id) => this.documents.get(id) ?? [id]),
      },
      packages: this.packages.map((one) => ({ ...one, supplier: this.names.get(this.suppliers.get(one.id) ?? '') })),
    }
  }
}
