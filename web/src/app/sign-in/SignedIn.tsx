import type { ReactNode } from "react";
import { useMe } from "@/client/session";
import { ErrorState, LoadingState } from "@/ui/States";
import { SignIn } from "./SignIn";

/** What is inside is for people who are signed in; everyone else signs in first, at the same address. */
export function SignedIn(props: { children: ReactNode }) {
  const me = useMe();
  if (me.isPending) return <LoadingState />;
  if (me.isError) return <ErrorState error={me.error} onRetry={() => void me.refetch()} />;
  return me.data ? props.children : <SignIn />;
}
