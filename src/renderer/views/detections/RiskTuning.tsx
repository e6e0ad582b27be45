import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState, type ReactNode } from 'react';
import type { ConnectionId } from '#shared/domain/ids.ts';
import type { DetectionDescription } from '#shared/ipc/detections-views.ts';
import type { RiskCalibration } from '#shared/ipc/risk-contract.ts';
import { Choice } from '../../components/Choice.tsx';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { count, counted } from '../../format/words.ts';
import { useApp } from '../../store/app-store.ts';
import { saveDetectSettings, type SettingsJson } from '../../store/detect-settings.ts';
import { useDetections } from '../../store/detection-store.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';
import { useTask } from '../../store/use-task.ts';
import { SIZE } from '../../theme/size.ts';
import { CardSection } from './CardSection.tsx';
import { RiskCurve } from './RiskCurve.tsx';
import { perWeek, thresholdWords } from './risk-words.ts';
import { WhyField } from './WhyField.tsx';

const USUAL_QUESTIONS = '5';

function Answer({ answer }: { readonly answer: RiskCalibration }): ReactNode {
  const { chosen, saved, signIns, learning, unscored, weeks } = answer;
  if (chosen === null) {
    return (
      <Typography role="status">
        {`No sign-in of this environment can be used yet: ${count(learning)} are of people who are still being learned, ${count(unscored)} had nothing to be compared with. Come back when people have signed in ten times or for two weeks.`}
      </Typography>
    );
  }
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      <Typography role="status" data-testid="risk-threshold">
        {`Asking above ${thresholdWords(chosen.risk, chosen.askAbove)} gives ${perWeek(chosen.questionsPerWeek)}: ${(chosen.share * 100).toPrecision(2)} % of ${counted(signIns, 'sign-in')} in ${weeks.toPrecision(2)} weeks.`}
      </Typography>
      <RiskCurve curve={answer.curve} chosen={chosen} saved={saved} />
      <Typography sx={{ color: 'text.secondary' }}>
        {`Across: questions a week; up: the risk above which is asked. ${count(learning)} sign-ins of people who were still being learned and ${count(unscored)} first ones are not among them.`}
      </Typography>
      {saved === null ? null : (
        <Typography>
          {`Saved: above ${thresholdWords(saved.risk, saved.askAbove)}, which gives ${perWeek(saved.questionsPerWeek)} on what is mirrored now.`}
        </Typography>
      )}
    </Box>
  );
}

/** How many questions a week an environment may raise about risky sign-ins, and the threshold that gives them. */
export function RiskTuning(props: {
  readonly about: DetectionDescription;
  readonly connection: ConnectionId | null;
}): ReactNode {
  const { about } = props;
  const environments = useApp((state) => state.environments) ?? [];
  const done = useDetections((state) => state.done);
  const [wanted, setWanted] = useState<ConnectionId | null>(null);
  const [questions, setQuestions] = useState(USUAL_QUESTIONS);
  const [note, setNote] = useState('');
  const task = useTask();
  const chosenOne = environments.find((one) => one.connection === wanted) ?? environments[0];
  const on = props.connection ?? chosenOne?.connection ?? null;
  const number = Number(questions.replace(',', '.'));
  const wrong = questions.trim() === '' || !Number.isFinite(number) || number < 0 || number > 100_000;
  const settings = useEngineQuery('detections.settings', on === null ? null : { connection: on }, {
    revision: done,
  });
  const answer = useEngineQuery(
    'risk.calibrate',
    on === null || wrong ? null : { connection: on, questionsPerWeek: number },
    { revision: done },
  );
  const saved = settings.is === 'ready' ? (settings.value.saved as SettingsJson) : null;
  const isOn = settings.is === 'ready' && settings.value.effective['riskySignIn'] !== null;
  const chosen = answer.is === 'ready' ? answer.value.chosen : null;
  const save = (value: SettingsJson[string]): void => {
    if (saved !== null)
      void task.run(async () => {
        await saveDetectSettings(on, { ...saved, riskySignIn: value }, note.trim());
        setNote('');
      });
  };
  return (
    <Box sx={{ display: 'grid', gap: 4, maxWidth: SIZE.prose * 1.4 }}>
      <Box>
        <Typography variant="h1" component="h2">
          {about.title}
        </Typography>
        <Typography sx={{ mt: 1 }}>{about.logic}</Typography>
      </Box>
      {on === null ? (
        <Typography sx={{ color: 'text.secondary' }}>
          There is no environment yet: add one under Environments.
        </Typography>
      ) : (
        <CardSection
          title="How often may it ask?"
          aside={isOn ? 'on in this environment' : 'off in this environment'}
        >
          <Box sx={{ display: 'grid', gap: 3 }}>
            <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 3, alignItems: 'flex-end' }}>
              {props.connection === null && environments.length > 1 ? (
                <Choice
                  quiet
                  label="Environment"
                  value={on}
                  options={environments.map((one) => [one.connection as string, one.name] as const)}
                  onChange={(value) => {
                    setWanted(environments.find((one) => one.connection === value)?.connection ?? null);
                  }}
                />
              ) : null}
              <TextField
                label="Questions a week"
                value={questions}
                error={wrong}
                helperText={wrong ? 'a number from 0 to 100,000' : ' '}
                slotProps={{ htmlInput: { inputMode: 'decimal' } }}
                onChange={(event) => {
                  setQuestions(event.target.value);
                }}
              />
            </Box>
            {answer.is === 'loading' && !wrong ? <Waiting what="the curve" lines={6} /> : null}
            {answer.is === 'failed' ? <ProblemBox problem={answer.problem} /> : null}
            {answer.is === 'ready' && !wrong ? <Answer answer={answer.value} /> : null}
            {task.problem === null ? null : <ProblemBox problem={task.problem} />}
            <Box
              component="form"
              sx={{ display: 'flex', gap: 3, alignItems: 'flex-end' }}
              onSubmit={(event) => {
                event.preventDefault();
                if (chosen !== null) save({ questionsPerWeek: number, askAbove: chosen.askAbove });
              }}
            >
              <WhyField note={note} onNote={setNote} />
              <Button
                type="submit"
                variant="contained"
                color="primary"
                disabled={chosen === null || saved === null || wrong || note.trim() === '' || task.busy}
                sx={{ whiteSpace: 'nowrap' }}
              >
                Ask above this
              </Button>
              {isOn ? (
                <Button
                  disabled={note.trim() === '' || task.busy || saved === null}
                  onClick={() => {
                    save(null);
                  }}
                >
                  Switch off
                </Button>
              ) : null}
            </Box>
          </Box>
        </CardSection>
      )}
    </Box>
  );
}
