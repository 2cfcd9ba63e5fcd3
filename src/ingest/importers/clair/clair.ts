import { UserError } from '../../../errors.ts'
import { imageAsset } from '../../../model/image-asset.ts'
import type { FileRecord } from '../../../model/record.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { fieldsOf, firstText, textOf } from '../../readers/json-fields.ts'
import { AfterHead } from '../../readers/after-head.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { scannerItem } from '../../readers/package-finding.ts'

function detect({ text }: Head): boolean {
  const outline = jsonOutline(text)
  if (!outline || outline.list) return false
  const { members } = outline
  const isPlain = (name: string, bracket: string) => {
    const value = members.get(name)
    return typeof value === 'object' && value !== null && value.text.startsWith(bracket)
  }
  // clair-scanner; klar.
  return (
    (members.has('image') && isPlain('unapproved', '[') && isPlain('vulnerabilities', '[')) ||
    (typeof members.get('LayerCount') === 'number' && (isPlain('Vulnerabilities', '{') || members.get('Vulnerabilities') === null))
  )
}

/**
 * What the Clair scanner found in an image, as its clients clair-scanner and Klar write it. Formats:
 * https://github.com/arminc/clair-scanner and https://github.com/optiopay/klar
 */
export const clair: Importer = reads({
  id: 'clair',
  title: 'Clair (clair-scanner and Klar, JSON)',
  version: 1,
  detect,

  async *parse(file: Source): AsyncGenerator<Told> {
    const described = new Set<string>()
    let image: string | undefined
    let any = false
    const after = new AfterHead('Clair', () => [
      { kind: 'report', source: 'clair', tool: 'Clair', tool_version: null, observed_at: null },
      imageAsset('image', { references: [image] }),
      { kind: 'coverage', asset: 'image', subject: 'vulnerability' },
    ])
    const paths = ['$.image', '$.LayerCount', '$.unapproved', '$.vulnerabilities[*]', '$.Vulnerabilities.*[*]']
    yield* readJson(file.bytes(), paths).tell(function* (matches) {
      for (const { path, at, value } of matches) {
        any = true
        if (path === '$.image') image = textOf(value)
        else if (path.endsWith('[*]')) yield* after.tell(readItem(value, at, described), image !== undefined)
      }
    })
    if (!any)
      throw new UserError(
        'unreadable_report',
        'Expected image and vulnerabilities (clair-scanner) or LayerCount and Vulnerabilities (Klar)',
      )
    yield after.end()
  },
})

function readItem(value: unknown, at: string, described: Set<string>): FileRecord[] {
  const found = fieldsOf(value)
  const of = (...names: string[]) => firstText(found, ...names)
  const severity = of('severity', 'Severity')
  return scannerItem(
    {
      source: 'clair',
      asset: 'image',
      at,
      ids: [of('vulnerability', 'Name')],
      description: of('description', 'Description'),
      // Clair's word for what is worse than critical.
      severity: severity?.toLowerCase() === 'defcon1' ? 'critical' : severity,
      urls: [of('link', 'Link')],
      component: {
        name: of('featurename', 'FeatureName') ?? '',
        version: of('featureversion', 'FeatureVersion'),
        type: of('namespace', 'NamespaceName'),
      },
      fixed_version: of('fixedby', 'FixedBy'),
    },
    described,
  )
}
