import { z } from 'zod'
import { UserError } from '../../../errors.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { alertFromGraph, alertFromRest, readAlert, repositoryOfLink } from './alerts.ts'
import { Page, pagesOf, Repository, repositoryAsset } from './repositories.ts'
import { safeParse } from '../../readers/safe-parse.ts'

type Layout = 'graph' | 'rest'

function layoutOf(text: string): Layout | null {
  const outline = jsonOutline(text)
  if (!outline) return null
  const { list, members } = outline
  if (list && members.has('security_advisory') && members.has('dependency')) return 'rest'
  const data = members.get('data')
  if (typeof data !== 'object' || data === null || !data.text.includes('"vulnerabilityAlerts"')) return null
  const roots = jsonOutline(data.text)?.members
  return ['repository', 'search', 'organization', 'viewer', 'user'].some((name) => roots?.has(name)) ? 'graph' : null
}

/** Each repository of an answer; also where several answers stand in a list. */
const REPOSITORIES = ['$', '$[*]'].flatMap((root) => [
  `${root}.data.repository`,
  `${root}.data.search.nodes[*]`,
  ...['organization', 'viewer', 'user'].map((owner) => `${root}.data.${owner}.repositories.nodes[*]`),
])

/** GitHub's Dependabot alerts. Format: https://docs.github.com/en/graphql/reference/objects#repositoryvulnerabilityalert, https://docs.github.com/en/rest/dependabot/alerts */
export const githubDependabot: Importer = reads({
  id: 'github-dependabot',
  title: 'GitHub Dependabot alerts (GraphQL and REST)',
  version: 2,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text) ?? (/^\s*\[\s*\]/.test(text) ? 'rest' : null)
    if (layout === null)
      throw new UserError(
        'unreadable_report',
        'Expected GraphQL answers with data and vulnerabilityAlerts, or a REST list of alerts with security_advisory',
      )
    yield { kind: 'report', source: 'github-dependabot', tool: 'GitHub Dependabot', tool_version: null, observed_at: null }
    if (layout === 'graph') yield* readGraph(bytes)
    else yield* readRest(bytes)
  },
})

async function* readGraph(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const pages = new Map<string, Page>()
  const described = new Set<string>()
  yield* readJson(bytes, REPOSITORIES).tell(function* (matches) {
    for (const { at, value } of matches) {
      const read = safeParse(Repository, value)
      if (!read.success) {
        yield { kind: 'skipped', at, reason: z.prettifyError(read.error) }
        continue
      }
      const asset = repositoryAsset(read.data)
      if (!pages.has(asset.asset)) yield asset
      for (const { alerts, pageInfo } of pagesOf(read.data)) {
        pages.set(asset.asset, Page.after(pages.get(asset.asset), pageInfo))
        for (const [index, alert] of alerts.entries())
          yield* readAlert(alertFromGraph(alert), asset.asset, `${at}.vulnerabilityAlerts.nodes[${index}]`, described)
      }
      if (!pages.has(asset.asset)) pages.set(asset.asset, Page.unknown)
    }
  })

  for (const [asset, page] of pages) if (page.isWhole) yield { kind: 'coverage', asset, subject: 'vulnerability' }
}

/** A REST list may be one page of many and says nothing of it: it covers nothing. */
async function* readRest(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const known = new Set<string>()
  const described = new Set<string>()
  yield* readJson(bytes, ['$[*]']).tell(function* (matches) {
    for (const { at, value } of matches) {
      const asset = repositoryAsset({ name: undefined, nameWithOwner: undefined, url: repositoryOfLink(value) })
      if (!known.has(asset.asset)) yield asset
      known.add(asset.asset)
      yield* readAlert(alertFromRest(value), asset.asset, at, described)
    }
  })
}
