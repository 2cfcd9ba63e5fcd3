import { describe, expect, it } from 'vitest'
import { claimants } from '../../src/ingest/detect.ts'
import { openFile } from '../../src/ingest/readers/file.ts'
import { recognise } from '../../src/ingest/recognised.ts'
import { realData, withoutRealData } from './data.ts'
import { unnamed } from './unnamed.ts'

/** The folder of each tool that is known but not read, and the name that its files get. */
const folders: Record<string, string[]> = {
  acunetix: ['Acunetix', 'Invicti (Netsparker) or Acunetix 360'],
  'api-sonarqube': ['SonarQube'],
  bandit: ['Bandit'],
  bugcrowd: ['Bugcrowd'],
  burp: ['Burp Suite'],
  'checkmarx-osa': ['Checkmarx'],
  codechecker: ['CodeChecker'],
  contrast: ['Contrast Assess'],
  'crashtest-security': ['Crashtest Security'],
  'cyberwatch-galeax': ['Cyberwatch'],
  dbprotect: ['DbProtect'],
  generic: ["DefectDojo's generic findings"],
  gosec: ['gosec'],
  h1: ['HackerOne'],
  horusec: ['Horusec'],
  hydra: ['Hydra'],
  immuniweb: ['ImmuniWeb'],
  intsights: ['IntSights'],
  netsparker: ['Invicti (Netsparker) or Acunetix 360'],
  nikto: ['Nikto'],
  picus: ['Picus'],
  'rusty-hog': ['Rusty Hog'],
  veracode: ['Veracode'],
  wapiti: ['Wapiti'],
  wpscan: ['WPScan'],
  zap: ['ZAP'],
}

const data = realData()

describe.skipIf(!data)(`tools that are known but not read (${data ? 'present' : withoutRealData})`, () => {
  it('are known by each of their files, unless an importer reads it', async () => {
    const wrong: string[] = []
    for (const [folder, names] of Object.entries(folders)) {
      for (const { path, file } of data!.files(`reports/${folder}`)) {
        const { head } = await openFile(file)
        const name = path.slice('reports/'.length)
        if (claimants(head).length > 0 || /\.xlsx(\.gz)?$/.test(name)) continue
        const found = recognise(head)?.name ?? null
        if (unnamed[name] ? found !== null : !names.includes(found!)) wrong.push(`${name}: ${found}`)
      }
    }
    expect(wrong).toEqual([])
  })

  it('are not seen in the files of anybody else', async () => {
    const wrong: string[] = []
    for (const folder of data!.folders('reports')) {
      const tool = folder.slice('reports/'.length)
      // Old reports of GitLab's own dynamic tests are ZAP's.
      if (folders[tool] || tool === 'aws-api' || tool === 'gitlab') continue
      for (const { path, file } of data!.files(folder)) {
        const opened = await openFile(file).catch(() => null)
        const found = opened && recognise(opened.head)
        if (found) wrong.push(`${path}: ${found.name}`)
      }
    }
    expect(wrong).toEqual([])
  })
})
