import { openEngine } from '/work/main/src/store/engines/open.ts'
import { loadCatalog } from '/work/main/src/insights/catalog.ts'
import { metricSweep } from '/work/main/src/store/queries/metrics/sweep.ts'
import { compileMetric } from '/work/main/src/insights/metric-condition.ts'
const engine = await openEngine('/tmp/insbench/b.duckdb')
const m = loadCatalog().metrics.get('assets-with-known-exploited-vulnerabilities')!
const sql = compileMetric(m.population, m.exposed_when, 'vulnerability')
const t = performance.now()
const rows = await engine.query<Record<string,string>>(`explain analyze ${metricSweep(sql, null)} select day, sum(exposed-exposed_before) from state group by day`, { ...sql.params, org_id: 1 })
console.log(performance.now() - t)
console.log(rows.map((r) => Object.values(r).join('\n')).join('\n'))
await engine.close()
