import { openStore } from '/work/main/src/store/store.ts'
import { loadCatalog } from '/work/main/src/insights/catalog.ts'
import { compute } from '/work/main/src/insights/compute.ts'
import { buildApp } from '/work/main/src/api/app.ts'
const store = await openStore({ data: '/tmp/room-api-data' })
const catalog = loadCatalog()
let t = performance.now()
await compute(store, catalog)
console.log('compute', Math.round(performance.now() - t))
const app = buildApp({ store, catalog, version: '1' })
console.log(await store.engine.query('select (select count(*) from asset) as assets, (select count(*) from finding) as findings, (select count(*) from finding_history) fh, (select count(*) from event) as events, (select count(*) from import) as imports'))
for (const url of ['/overview', '/overview', '/scores', '/assets', '/assets?sort=-critical', '/findings', '/software', '/vulnerabilities', '/vulnerabilities?search=open', '/controls', '/events', '/recommendations', '/metrics', '/sources', '/overview?as_of=2026-01-01', '/assets?as_of=2026-01-01', '/organisations', '/imports']) {
  t = performance.now()
  const a = await app.inject({ url: '/api/v1' + url, headers: { host: 'localhost' } })
  const b = a.json() as any
  console.log(url, a.statusCode, Math.round(performance.now() - t), 'ms', a.body.length, b.total ?? '', b.error ?? '')
}
await app.close()
await store.engine.close()
