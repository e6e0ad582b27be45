/**
 * From which risk on (0 to 100) a sign-in is marked: 80 is four times, 95 nineteen times as risky as usual. Ours; how
 * many sign-ins that is differs by environment, which is what calibration is for.
 */
export const RISK_LEVELS = { some: 80, much: 95 } as const;

export type RiskLevel = 'usual' | 'some' | 'much';
export const riskLevel = (risk: number): RiskLevel =>
  risk >= RISK_LEVELS.much ? 'much' : risk >= RISK_LEVELS.some ? 'some' : 'usual';
