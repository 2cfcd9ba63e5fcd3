import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importers } from '../../src/ingest/importers.ts'
import { openFile } from '../../src/ingest/readers/file.ts'
import { packageRoot } from '../../src/root.ts'

/** Samples of tools that all look at one bucket, each in its own words. */
const samples = [
  'asff/samples/get-findings.json',
  'asff/samples/prowler-3.json',
  'cloudsploit/samples/scan.json',
  'ocsf/samples/security-lake.json',
  'prowler/samples/app-findings.json',
  'scoutsuite/samples/aws.results',
  'wiz/samples/issues.csv',
]

describe('one resource is one asset, whichever tool tells it', () => {
  it.each(samples)('%s names the bucket by its ARN', async (name) => {
    const { head, source } = await openFile(join(packageRoot(), 'src/ingest/importers', name))
    const importer = importers.find((one) => one.detect(head))!
    const strong: string[] = []
    for await (const record of importer.parse(source, {}))
      if (record.kind === 'asset' && record.names.some(({ name }) => name.includes('shop-logs')))
        strong.push(...record.names.filter(({ type }) => type === 'cloud_id').map(({ name }) => name))
    expect([...new Set(strong)]).toEqual(['arn:aws:s3:::shop-logs'])
  })
})
