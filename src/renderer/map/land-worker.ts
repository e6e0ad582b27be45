import countries50m from 'world-atlas/countries-50m.json';
import { outlinesOf, type Atlas, type Countries } from './land-outlines.ts';

// Entry of a thread that works out the base map once and ends: what that takes in memory goes with it.

const atlas = countries50m as unknown as Atlas & { readonly objects: { readonly countries: Countries } };
const outlines = outlinesOf(atlas);
const { points, lineEnds, countryEnds } = outlines;
self.postMessage(outlines, { transfer: [points.buffer, lineEnds.buffer, countryEnds.buffer] });
