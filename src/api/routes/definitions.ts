import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { answers } from '../api.ts'
import {
  bandEpss,
  controlProbability,
  EXPOSURE_FORMULA,
  INTERNAL_REACH,
  severityCvss,
  stageFactor,
  stageFloor,
} from '../../insights/hazard.ts'
import type { Api } from '../api.ts'
import { Definitions } from '../shapes.ts'

/** The formula and its constants. */
export const definitions =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/definitions',
      {
        schema: {
          operationId: 'getDefinitions',
          tags: ['definitions'],
          summary: 'The formula of the exposure score with all its constants',
          response: answers(Definitions),
        },
      },
      async () => ({
        formula: EXPOSURE_FORMULA,
        constants: {
          stage_floor: stageFloor,
          stage_factor: stageFactor,
          internal_reach: INTERNAL_REACH,
          control_probability: controlProbability,
          severity_cvss: severityCvss,
          band_epss: bandEpss,
        },
        metrics: api.catalog.metrics.size,
        initiatives: api.catalog.initiatives.size,
      }),
    )
  }
