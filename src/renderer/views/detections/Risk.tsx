import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import { timesText } from '#shared/domain/said.ts';
import type { LoginRisk, RiskFactor } from '#shared/ipc/detections-views.ts';
import { Table } from '../../components/Table.tsx';
import { Unknown } from '../../components/Unknown.tsx';
import { count, counted, countryName } from '../../format/words.ts';
import { CardSection } from './CardSection.tsx';

const FEATURES: Readonly<Record<RiskFactor['feature'], string>> = {
  ip: 'Address',
  ua: 'Browser and system',
  user: 'How often this person signs in',
};
const LEVELS: Readonly<Record<string, string>> = {
  ip: 'address',
  asn: 'network',
  country: 'country',
  userAgent: 'exact client',
  browser: 'browser',
  os: 'system',
  device: 'kind',
};
const ratio = (value: number): string =>
  `× ${value >= 100 ? count(Math.round(value)) : value.toPrecision(2)}`;

/** Below the usual nobody asks how far. */
const againstUsual = (score: number): string =>
  score > 1
    ? `${timesText(score)} times as risky as this person’s usual sign-in`
    : 'no riskier than this person’s usual sign-in';

/** The score of the sign-in by its factors, and how far it can be trusted. */
export function Risk({ risk }: { readonly risk: LoginRisk | null }): ReactNode {
  if (risk === null) return null;
  const state = risk.learning
    ? 'still learning this person: the score means little yet'
    : risk.score === null
      ? 'nothing to compare with yet'
      : risk.score > 1
        ? 'riskier than usual'
        : 'as usual';
  return (
    <CardSection title="Risk of this sign-in" aside={state}>
      <Box sx={{ display: 'flex', alignItems: 'baseline', gap: 2, mb: 1 }}>
        <Box component="span" sx={{ typography: 'figure' }} data-testid="risk">
          {risk.risk === null ? (
            <Unknown why="The second sign-in is the first that can be scored" />
          ) : (
            Math.round(risk.risk)
          )}
        </Box>
        <Box component="span" sx={{ typography: 'caption', color: 'text.secondary' }}>
          {`of 100, where 50 is as usual${risk.score === null ? '' : `; ${againstUsual(risk.score)}`}`}
        </Box>
      </Box>
      {risk.basis === null ? null : (
        <Box component="p" sx={{ m: 0, mb: 2, color: 'text.secondary' }}>
          {`Compared with ${counted(risk.basis.own, 'earlier sign-in')} of this person and ${count(risk.basis.all)} of ${counted(risk.basis.people, 'person', 'people')}.`}
        </Box>
      )}
      <Table>
        <thead>
          <tr>
            <th scope="col">Factor</th>
            <th scope="col" className="number">
              Risk
            </th>
            <Box component="th" scope="col" sx={{ '&&': { whiteSpace: 'normal' } }}>
              Earlier sign-ins with it: this person’s, everybody’s
            </Box>
          </tr>
        </thead>
        <tbody>
          {risk.factors.map((factor) => (
            <tr key={factor.feature}>
              <th scope="row">{FEATURES[factor.feature]}</th>
              <td className="number">
                {ratio(factor.ratio)}
                {factor.attack === 1 ? null : (
                  <Box component="span" sx={{ display: 'block', color: 'severity.high' }}>
                    {`${ratio(factor.attack)} known for attacks`}
                  </Box>
                )}
              </td>
              <td>
                {factor.levels.map(({ level, value, own, all }) => (
                  <Box component="span" key={level} sx={{ display: 'block' }}>
                    <Box
                      component="span"
                      sx={{ color: 'text.secondary' }}
                    >{`${LEVELS[level] ?? level} `}</Box>
                    {value === null ? '—' : level === 'country' ? countryName(value) : value}
                    <Box component="span" sx={{ color: own === 0 ? 'severity.high' : 'text.secondary' }}>
                      {` ${count(own)}, ${count(all)}`}
                    </Box>
                  </Box>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </CardSection>
  );
}
