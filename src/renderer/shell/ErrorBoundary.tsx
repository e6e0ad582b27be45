import Button from '@mui/material/Button';
import { Component, type ReactNode } from 'react';
import { EmptyState } from '../components/EmptyState.tsx';

interface Props {
  readonly what: string;
  readonly children: ReactNode;
}

/** Keeps a fault in one view from taking the window with it. */
export class ErrorBoundary extends Component<Props, { readonly message: string | null }> {
  override state: { readonly message: string | null } = { message: null };

  static getDerivedStateFromError(error: unknown): { readonly message: string } {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.message === null) return this.props.children;
    return (
      <EmptyState
        title={`${this.props.what} could not be shown`}
        action={
          <Button
            onClick={() => {
              this.setState({ message: null });
            }}
          >
            Try again
          </Button>
        }
      >
        {this.state.message}. Nothing that was mirrored is affected, and the agents keep working.
      </EmptyState>
    );
  }
}
