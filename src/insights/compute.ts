import type { Engine } from '../store/engines/engine.ts'
import { NEVER_DAY } from '../store/days.ts'
import { deriveAssetDays, deriveExposure } from '../store/derive/asset-days.ts'
import { deriveAssets } from '../store/derive/assets.ts'
import { type AssetRulesSql, deriveClasses } from '../store/derive/classes.ts'
import { deriveFindings } from '../store/derive/findings.ts'
import { deriveFresh, deriveStaleness } from '../store/derive/fresh.ts'
import { deriveDecided, deriveHand } from '../store/derive/hand.ts'
import { deriveLevels } from '../store/derive/levels.ts'
import { deriveNews } from '../store/derive/news.ts'
import { countPresent, deriveValues, touchChangedRules } from '../store/derive/rules-held.ts'
import { deriveReleases } from '../store/derive/releases.ts'
import { isMuchTouched, settleTouched, takeRulesAlone, takeTouched, touchAll } from '../store/derive/touched.ts'
import { deriveVulnerabilities } from '../store/derive/vulnerabilities.ts'
import { noteBasis } from '../store/queries/events/basis.ts'
import { noteTaken } from '../store/known/taken.ts'
import type { Store } from '../store/store.ts'
import { changedRulesSql, heldOf, readAssetRules, rulesSql, unusualValues } from './asset-rules.ts'
import type { Catalog } from './catalog.ts'
import { changedSince, computeEvents, computePostureEvents, noteEvents } from './events.ts'
import { computeFrameworks, deriveFrameworks } from './frameworks.ts'
import { writeHazards } from './hazard.ts'
import { computeMetrics, metricsThatStand, rememberMetrics } from './metrics.ts'
import { deriveObjectives } from './objectives.ts'
import { orgCatalog } from './org-catalog.ts'
import { publish } from './publish.ts'
import { deriveActionChecks } from './secure/derive-actions.ts'
import { computeSecureScore } from './secure-score.ts'

/** The tables that the derivation reads, and those that the scores read. */
const facts = [
  'sighting_history',
  'control_result_history',
  'item_history',
  'attribute_history',
  'presence_history',
  'name_history',
  'software_history',
  'coverage_history',
  'finding_key',
  'statement_history',
  'epss_history',
  'exploit_history',
  'cvss_history',
  'day',
  'hazard',
]
const derived = ['vulnerability_history', 'asset_history', 'asset_class', 'fresh_history', 'finding_history']

/** What is being worked out, for a progress line. */
export type ComputeStep = 'vulnerabilities' | 'assets' | 'findings' | 'exposure' | 'metrics' | 'secure score' | 'events'

/**
 * Takes in what imports touched: everything derived is right again afterwards, for all organisations, in one transaction. Does nothing
 * when nothing was touched. Returns how many assets and vulnerabilities were taken in.
 */
export async function compute(
  store: Store,
  catalog: Catalog,
  onStep: (step: ComputeStep) => void = () => {},
): Promise<{ assets: number; vulnerabilities: number }> {
  return store.engine.transaction(async (transaction) => {
    const [waiting] = await transaction.query<{ waiting: number }>(
      'select (select count(*) from touched_asset) + (select count(*) from reported_asset) + (select count(*) from touched_vulnerability) as waiting',
    )
    if (!waiting?.waiting) return { assets: 0, vulnerabilities: 0 }
    await publish(transaction, catalog, store.now())
    const rules = await takeRulesAlone(transaction)
    if (rules) {
      for (const org_id of rules) {
        await computeRules(transaction, org_id, await orgCatalog(transaction, catalog, org_id), store.now(), onStep)
        await noteEvents(transaction, org_id, store.now(), NEVER_DAY)
      }
      await noteTaken(transaction)
      return { assets: 0, vulnerabilities: 0 }
    }
    await writeHazards(transaction)
    const touched = await derive(transaction, catalog, onStep)
    await deriveReleases(transaction)
    const orgs = await transaction.query<{ org_id: number; facts: boolean }>(
      `select org_id, max(asset_id) > 0 as facts from (select org_id, asset_id from touched union all select org_id, asset_id from touched_later) as both_kinds
       group by org_id order by org_id`,
    )
    for (const { org_id, facts } of orgs) if (facts) await deriveObjectives(transaction, org_id, catalog.objectives)
    for (const { org_id } of orgs) await deriveActionChecks(transaction, org_id)
    for (const { org_id } of orgs) await deriveFrameworks(transaction, org_id)
    for (const { org_id, facts } of orgs) {
      const own = await orgCatalog(transaction, catalog, org_id)
      const same = facts ? new Set<string>() : await metricsThatStand(transaction, org_id, own)
      const since = await computeScores(transaction, org_id, own, store.now(), onStep, same)
      await rememberMetrics(transaction, org_id, own)
      await noteEvents(transaction, org_id, store.now(), since)
    }
    await noteTaken(transaction)
    return touched
  })
}

/**
 * Makes all that is derived per asset and vulnerability anew for what is touched; leaves temporary tables `touched` and `touched_world`.
 * Returns how many of each.
 */
export async function derive(
  transaction: Engine,
  catalog: Pick<Catalog, 'classifications'>,
  onStep: (step: ComputeStep) => void = () => {},
): Promise<{ assets: number; vulnerabilities: number }> {
  await transaction.analyze(['touched_asset', 'reported_asset', 'touched_vulnerability', ...facts])
  const work = () => deriveTouched(transaction, catalog, onStep)
  return (await isMuchTouched(transaction)) ? transaction.inBulk(work) : work()
}

async function deriveTouched(
  transaction: Engine,
  catalog: Pick<Catalog, 'classifications'>,
  onStep: (step: ComputeStep) => void,
): Promise<{ assets: number; vulnerabilities: number }> {
  const touched = await takeTouched(transaction)
  await transaction.analyze(['touched', 'touched_later', 'touched_world', 'touched_finding'])
  await deriveStaleness(transaction)
  const rules = await prepareAssetRules(transaction, catalog)
  await deriveNews(transaction)
  await settleTouched(transaction)
  await noteBasis(transaction)
  onStep('vulnerabilities')
  await deriveVulnerabilities(transaction)
  onStep('assets')
  await deriveAssets(transaction)
  for (const [org_id, sql] of rules) {
    await deriveDecided(transaction, org_id)
    await deriveClasses(transaction, org_id, sql)
    await deriveLevels(transaction, org_id, sql.rules)
  }
  await deriveFresh(transaction)
  onStep('findings')
  await deriveFindings(transaction)
  await transaction.analyze(derived)
  onStep('exposure')
  await deriveAssetDays(transaction, { later: true })
  return touched
}

/** Touches what changed rules about assets and words of people make different; the rules as SQL, by organisation. */
async function prepareAssetRules(transaction: Engine, catalog: Pick<Catalog, 'classifications'>): Promise<Map<number, AssetRulesSql>> {
  const orgs = await transaction.query<{ org_id: number }>('select distinct org_id from touched order by org_id')
  const compiled = new Map<number, AssetRulesSql>()
  for (const { org_id } of orgs) {
    const rules = await readAssetRules(transaction, catalog.classifications, org_id)
    await deriveHand(transaction, org_id)
    await touchChangedRules(transaction, org_id, heldOf(rules), (changed) => changedRulesSql(rules, changed))
    const assets = rules.values.rule === 'classic' ? await countPresent(transaction, org_id) : 0
    await deriveValues(transaction, org_id, unusualValues(rules.values, assets))
    compiled.set(org_id, rulesSql(rules))
  }
  return compiled
}

/** Throws away all that is derived and makes it again from the facts: it must come out the same. */
export async function rebuild(store: Store, catalog: Catalog, onStep?: (step: ComputeStep) => void): Promise<void> {
  await store.engine.transaction((transaction) => touchAll(transaction))
  await compute(store, catalog, onStep)
}

/**
 * Works out what follows from rules alone: the metrics that ask something else than before, and posture events. Initiatives are worked out when they are asked
 * for. `catalog`: the organisation's.
 */
async function computeRules(
  transaction: Engine,
  org_id: number,
  catalog: Catalog,
  now: number,
  onStep: (step: ComputeStep) => void,
): Promise<void> {
  onStep('metrics')
  await computeMetrics(transaction, org_id, catalog, await metricsThatStand(transaction, org_id, catalog))
  await rememberMetrics(transaction, org_id, catalog)
  await computeFrameworks(transaction, org_id, catalog)
  onStep('events')
  await computePostureEvents(transaction, org_id, catalog, now)
}

/**
 * Works out the scores and events of an organisation from what is derived, by its catalog. `now`: events tell what happened until then. `same`: the
 * metrics whose stored history holds good. Returns the first day whose scores and risk events were worked out anew.
 */
export async function computeScores(
  transaction: Engine,
  org_id: number,
  catalog: Catalog,
  now: number,
  onStep: (step: ComputeStep) => void = () => {},
  same: ReadonlySet<string> = new Set(),
): Promise<number> {
  const since = await changedSince(transaction, org_id, catalog, now)
  await deriveExposure(transaction, org_id, since)
  onStep('metrics')
  await computeMetrics(transaction, org_id, catalog, same, since)
  onStep('secure score')
  await computeSecureScore(transaction, org_id)
  await computeFrameworks(transaction, org_id, catalog)
  onStep('events')
  await computeEvents(transaction, org_id, catalog, now, since)
  return since
}
