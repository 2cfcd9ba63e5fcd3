import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { NEVER } from '../src/model/time.ts'
import type { Engine, Value } from '../src/store/engines/engine.ts'

const columns = [
  'org_id',
  'asset_id',
  'source',
  'finding_id',
  'kind',
  'severity',
  'version',
  'title',
  'valid_from',
  'valid_to',
  'opened_in',
]

/** Makes the empty table that both ways append to. */
async function emptyTable(engine: Engine): Promise<void> {
  await engine.run('drop table if exists bench_append')
  await engine.run(`create table bench_append (org_id integer, asset_id bigint, source text, finding_id bigint, kind text, severity smallint, version text, title text,
    valid_from bigint, valid_to bigint, opened_in bigint)`)
}

function* rows(count: number): Generator<Value[]> {
  for (let n = 0; n < count; n++)
    yield [
      1,
      n % 5000,
      'scanner',
      n,
      'vulnerability',
      n % 5,
      `1.${n % 40}`,
      `package-${n % 997} needs an update`,
      1_780_000_000_000_000 + n,
      NEVER,
      1,
    ]
}

function* lines(count: number): Generator<string> {
  let text = ''
  for (const row of rows(count)) {
    text += `${row.join('\t')}\n`
    if (text.length < 1 << 18) continue
    yield text
    text = ''
  }
  yield text
}

/** Appends rows as the product does. Returns how many there are. */
export async function appendByProduct(engine: Engine, count: number): Promise<number> {
  await emptyTable(engine)
  await engine.append('bench_append', columns, rows(count))
  return counted(engine)
}

/** Appends the same rows by the engine's own fastest way from text: a TSV file and read_csv, or copy. */
export async function appendByHand(engine: Engine, database: string, folder: string, count: number): Promise<number> {
  await emptyTable(engine)
  if (engine.name === 'duckdb') {
    const path = join(folder, 'append.tsv')
    const file = createWriteStream(path)
    for (const text of lines(count)) if (!file.write(text)) await once(file, 'drain')
    file.end()
    await once(file, 'finish')
    const types = 'integer bigint text bigint text smallint text text bigint bigint bigint'.split(' ')
    const shape = columns.map((column, index) => `'${column}': '${types[index]}'`).join(', ')
    await engine.run(
      `insert into bench_append select * from read_csv('${path}', delim = '\t', header = false, quote = '', escape = '', columns = {${shape}})`,
    )
  } else {
    const client = new pg.Client({ connectionString: database })
    await client.connect()
    try {
      await pipeline(Readable.from(lines(count)), client.query(copyFrom('copy bench_append from stdin')))
    } finally {
      await client.end()
    }
  }
  return counted(engine)
}

async function counted(engine: Engine): Promise<number> {
  const [row] = await engine.query<{ rows: number }>('select count(*) as rows from bench_append')
  return row!.rows
}
