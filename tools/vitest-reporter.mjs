// A vitest reporter that writes, as JSON, what tools/test.mjs sums up: how many passed and failed, what was left out and why.
import { writeFileSync } from 'node:fs'
import process from 'node:process'

/** Writes { passed, failures: [{ file, name, message }], skipped: [{ group, file, name, note }] } to the file named by PLIMSOLL_TEST_REPORT. */
export default class SummaryReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const summary = { passed: 0, failures: [], skipped: [] }
    const fail = (file, name, errors) => {
      const message = errors.map((error) => (error.cause?.message ? `${error.message}\n${error.cause.message}` : error.message))
      if (errors.length > 0) summary.failures.push({ file, name, message: message.join('\n') })
    }
    fail('vitest', null, unhandledErrors)
    for (const module of modules) {
      const file = module.relativeModuleId
      fail(file, null, module.errors())
      for (const suite of module.children.allSuites()) fail(file, null, suite.errors())
      for (const test of module.children.allTests()) {
        const result = test.result()
        if (result.state === 'passed') summary.passed++
        else if (result.state === 'failed') fail(file, test.fullName, result.errors)
        else if (result.state === 'pending') fail(file, test.fullName, [{ message: 'it did not end: the process that ran it did' }])
        else summary.skipped.push({ group: module.project.name, file, name: test.fullName, note: result.note ?? null })
      }
    }
    const path = process.env['PLIMSOLL_TEST_REPORT']
    if (path) writeFileSync(path, JSON.stringify(summary))
  }
}
