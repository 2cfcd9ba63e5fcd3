import { z } from 'zod'
import { named } from '../named.ts'
import { Point } from '../shapes.ts'

/** What an initiative is wanted for. */
export const ProductQuestion = z.strictObject({
  name: z.string().min(2).max(80).describe('Of a product as the list of software has it, or of a vendor'),
  of: z.enum(['product', 'vendor']).default('product'),
  vulnerabilities: z.array(z.string().max(60)).max(500).default([]).describe('Weaknesses that belong to it whatever they are found in'),
})

/** An initiative for a product or vendor that is not saved. */
export const ProductTrial = named(
  'ProductTrial',
  z.object({
    id: z.string(),
    title: z.string(),
    saved: z.boolean().describe('There is one of this id: saving makes a new version of it'),
    components: z.array(z.string()).describe('Names of software here that it asks for'),
    missing: z.array(z.string()).describe('What nothing feeds'),
    value: z.number().nullable(),
    target: z.number(),
    metrics: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        weight: z.string(),
        exposed: z.number().int(),
        total: z.number().int(),
        yaml: z.string(),
      }),
    ),
    history: z.array(Point).describe('Two years, 0–100, higher is better'),
    yaml: z.string(),
  }),
)

/** Products and vendors of the inventory for which there might be an initiative. */
export const ProductSuggestions = named(
  'ProductSuggestionList',
  z.object({
    items: z.array(
      z.object({
        name: z.string(),
        of: z.enum(['product', 'vendor']),
        vulnerabilities: z.number().int().describe('Open ones that public intelligence lists as known exploited'),
        assets: z.number().int().describe('Assets on which some of them is open'),
      }),
    ),
  }),
)
