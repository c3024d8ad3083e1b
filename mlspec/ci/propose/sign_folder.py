"""`mlspec ci sign`: signs the promotions that a job which ran model code left, in a job that runs none.

What they say of themselves is checked as before a push; the model is fetched by content, hashed, and never loaded. Whether claim and record
are right is for `mlspec verify` to say: the signature says that they went this way.
"""

from __future__ import annotations

from pathlib import Path

from mlspec.adapters.git.repository import Repository
from mlspec.ci.propose.folder import read_proposal, write_proposal
from mlspec.ci.propose.promotion import draft_of
from mlspec.promotion.proposals.publish import require_on_main
from mlspec.promotion.sign import signatory
from mlspec.registry.at_commit import compile_at, read_files


def sign_folder(repository: Repository, base: str, folder: Path) -> str:
    """Put signatures into the proposal in `folder`, on top of the branch `base`; return what was done, for people.

    Raises MLS0521 and MLS0522 for a proposal that oversteps, MLS0524 for one on a commit that the branch lacks, and what signing raises.
    """
    proposal = read_proposal(folder)
    if proposal.kind not in ("promotion", "rollback"):
        return f"{proposal.subject}: not a promotion, so nothing to sign"
    main = repository.find(f"refs/remotes/origin/{base}") or repository.resolve(base)  # nothing is fetched, since the job has no token
    require_on_main(repository, proposal, base, main)
    there = compile_at(repository, main)
    draft, files = draft_of(repository, base, proposal), read_files(repository, proposal.commit)
    pen = signatory(repository, there.project, there.commit, draft.claim.subject.environment)
    if pen.signer is None:
        return f"{proposal.subject}: not signed: there is no key here, and no Policy asks for one"
    signed = pen.sign(draft, files)
    write_proposal(folder, signed.proposal(base, proposal.commit, proposal.body))
    return "; ".join([f"{proposal.subject}: signed", *sorted(signed.files.keys() - draft.files.keys())])
