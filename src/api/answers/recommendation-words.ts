import type { CataloguedRecommendation } from '../../insights/recommendation-catalog.ts'

const counted = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString('en')} ${n === 1 ? one : many}`

/** How far a recommendation is carried out, as a sentence with the counts that are known, for every state. */
export function implementationWords(row: CataloguedRecommendation): string {
  const { assets, assets_after, applicable_assets, done_assets, done_inside, total_inside, kind, state } = row
  const covered = assets - assets_after
  const tail = covered > 0 ? ` An exception keeps ${counted(covered, 'asset')} out of the scores.` : ''
  const silent = row.stale ? ' Its source has gone silent: this is what it said last.' : ''
  if (kind === 'setting') {
    if (applicable_assets === 0) return `The check gave no answer on any asset.${silent}`
    const inside =
      done_inside !== null && total_inside !== null && total_inside > 0
        ? `${done_inside.toLocaleString('en')} of ${total_inside.toLocaleString('en')} items that the check counts meet it. `
        : ''
    return `${inside}${(done_assets ?? 0).toLocaleString('en')} of ${counted(applicable_assets ?? 0, 'asset')} ${applicable_assets === 1 ? 'meets' : 'meet'} it.${tail}${silent}`
  }
  if (kind === 'metric' && applicable_assets !== null)
    return `${assets.toLocaleString('en')} of ${counted(applicable_assets, 'asset')} that the metric asks ${assets === 1 ? 'is' : 'are'} exposed.${state === 'mitigated' ? ' A person said that it is mitigated.' : ''}`
  if (assets === 0) return `Done: nothing of it is open any more.${silent}`
  const of =
    applicable_assets !== null ? ` of ${counted(applicable_assets, 'asset')} that ${applicable_assets === 1 ? 'has' : 'have'} it` : ''
  const open = of ? `${assets.toLocaleString('en')}${of}` : counted(assets, 'asset')
  const why = state === 'not_available' ? ' No fresh report answers for them.' : ''
  return `Open on ${open}.${why}${tail}${silent}`
}

/** The address of the product that manages it, with its host to be shown: only https, and only what its source states. Null otherwise. */
export function productUrl(url: string | null): { url: string; host: string } | null {
  if (url === null || !URL.canParse(url)) return null
  const parsed = new URL(url)
  return parsed.protocol === 'https:' && parsed.username === '' && parsed.password === '' ? { url: parsed.href, host: parsed.host } : null
}
