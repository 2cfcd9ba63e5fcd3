import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { importFile } from '/tmp/w/operations/src/ingest/ingest.ts'
import { openStore } from '/tmp/w/operations/src/store/store.ts'
import { digestImport } from '/tmp/w/operations/src/store/fact-digests.ts'
import { verify } from '/tmp/w/operations/src/store/verify.ts'
import { imageScan } from '/tmp/w/operations/test/contract/image-scan.ts'
import { startPostgres } from '/tmp/w/operations/test/contract/postgres.ts'
const N = Number(process.argv[2])
const pgs = process.argv[3] === 'pg' ? await startPostgres() : null
const data = mkdtempSync('/tmp/ops/m-')
const store = await openStore({ data, ...(pgs ? { database: `${pgs.url}/postgres` } : {}) })
const ids = Array.from({ length: N }, (_, i) => `CVE-2024-${10000 + i}`)
for (const [k, at] of ['2026-08-03T10:00:00Z', '2026-08-04T10:00:00Z', '2026-08-05T10:00:00Z'].entries()) {
  const file = join(data, `r${k}.json`)
  writeFileSync(file, imageScan(at, ids.slice(k * Math.floor(N / 200))))
  let t = performance.now()
  const { import_no } = await importFile(store, file, { actor: 't' })
  const total = performance.now() - t
  t = performance.now()
  await store.engine.transaction((x) => digestImport(x, import_no))
  const d = performance.now() - t
  t = performance.now()
  await store.engine.transaction((x) => digestImport(x, import_no))
  console.log(k, 'import ms', Math.round(total), 'digest ms', Math.round(d), Math.round(performance.now() - t))
}
const t = performance.now()
const v = await verify(store)
console.log('verify ms', Math.round(performance.now() - t), JSON.stringify(v))
await store.engine.close()
await pgs?.stop()
