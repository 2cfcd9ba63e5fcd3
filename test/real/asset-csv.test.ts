import { describe, expect, it } from 'vitest'
import { assetCsv } from '../../src/ingest/importers/asset-csv/asset-csv.ts'
import { defenderVulnerabilities } from '../../src/ingest/importers/defender-vulnerabilities/defender-vulnerabilities.ts'
import { nessus } from '../../src/ingest/importers/nessus/nessus.ts'
import { qualys } from '../../src/ingest/importers/qualys/qualys.ts'
import { openFile } from '../../src/ingest/readers/file.ts'
import { realData, withoutRealData } from './data.ts'

const data = realData()
/** The folders in which each of these formats has files; everywhere else there are none. The real data holds no list of assets. */
const homes = [
  { importer: assetCsv, folders: [] },
  { importer: nessus, folders: ['tenable', 'tenable-io', '_broken'] },
  { importer: qualys, folders: ['qualys'] },
  { importer: defenderVulnerabilities, folders: ['ms-defender', 'defender-tvm-api'] },
]

describe.skipIf(!data)(`detection over all real files (${data ? data.root : withoutRealData})`, () => {
  const files = data ? [...data.files('reports'), ...data.files('feeds'), ...data.files('frameworks')] : []

  it("takes no other tool's file", async () => {
    const wrong: string[] = []
    for (const { path, file } of files) {
      const head = await openFile(file).then(
        (opened) => opened.head,
        () => null,
      ) // a damaged file is refused before anyone is asked
      if (!head) continue
      for (const { importer, folders } of homes) {
        if (importer.detect(head) && !folders.some((folder) => path.startsWith(`reports/${folder}/`))) wrong.push(`${path}: ${importer.id}`)
      }
    }
    expect(files.length).toBeGreaterThan(1000)
    expect(wrong).toEqual([])
  }, 120_000)
})
