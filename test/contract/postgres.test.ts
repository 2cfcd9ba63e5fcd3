import { Client } from 'pg'
import { describe, expect, inject, it } from 'vitest'

describe('the PostgreSQL server of the tests', () => {
  it('answers and is version 15 or later', async () => {
    const client = new Client({ connectionString: `${inject('postgres')}/postgres` })
    await client.connect()
    try {
      const { rows } = await client.query<{ version: number }>("select current_setting('server_version_num')::int as version")
      expect(rows[0]?.version).toBeGreaterThanOrEqual(150_000)
    } finally {
      await client.end()
    }
  })
})
