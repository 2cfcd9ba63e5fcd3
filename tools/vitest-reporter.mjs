// A vitest reporter that writes, as JSON, what tools/test.mjs sums up: how many passed and failed, what was left out and why.
import { writeFileSync } from 'node:fs'
import process from 'node:process'

/** Writes { passed, failed, broken, skipped: [{ group, file, name, note }] } to the file named by PLIMSOLL_TEST_REPORT. */
export default class SummaryReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const summary = { passed: 0, failed: 0, broken: unhandledErrors.length, skipped: [] }
    for (const module of modules) {
      if (module.errors().length > 0) summary.broken++
      for (const suite of module.children.allSuites()) if (suite.errors().length > 0) summary.broken++
      for (const test of module.children.allTests()) {
        const result = test.result()
        if (result.state === 'passed') summary.passed++
        else if (result.state === 'failed') summary.failed++
        else
          summary.skipped.push({
            group: module.project.name,
            file: module.relativeModuleId,
            name: test.fullName,
            note: result.note ?? null,
          })
      }
    }
    const path = process.env['PLIMSOLL_TEST_REPORT']
    if (path) writeFileSync(path, JSON.stringify(summary))
  }
}
