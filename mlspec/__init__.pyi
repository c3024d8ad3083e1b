# What type checkers and editors see of `mlspec`. At run time each name is imported when it is first asked for: see __init__.py.

from mlspec.api import OpenProject as OpenProject
from mlspec.api import init as init
from mlspec.api import open as open  # noqa: A004 - as `gzip.open` is
from mlspec.compiler.explain import Explanation as Explanation
from mlspec.compiler.pipeline import Compiled as Compiled
from mlspec.compiler.project.graph import Graph as Graph
from mlspec.compiler.project.project import Bound as Bound
from mlspec.compiler.project.project import Project as Project
from mlspec.deploy.outcome import Outcome as Outcome
from mlspec.deploy.status.collect import Status as Status
from mlspec.deploy.status.state import ObjectStatus as ObjectStatus
from mlspec.diagnostics import Diagnostic as Diagnostic
from mlspec.diagnostics import Problems as Problems
from mlspec.diagnostics import Span as Span
from mlspec.gates.evidence import Judgement as Judgement
from mlspec.gates.workspace import Verdicts as Verdicts
from mlspec.pipelines.materialize.materialize import Materialized as Materialized
from mlspec.pipelines.plan.actions import Change as Change
from mlspec.pipelines.plan.actions import Plan as Plan
from mlspec.pipelines.run.report import RunReport as RunReport
from mlspec.pipelines.workspace import Workspace as Workspace
from mlspec.promotion.promote import Promoted as Promoted
from mlspec.promotion.promote import PromoteRequest as PromoteRequest
from mlspec.promotion.register.register import Registered as Registered
from mlspec.promotion.register.register import RegisterRequest as RegisterRequest
from mlspec.promotion.rollback import RollbackRequest as RollbackRequest
from mlspec.promotion.rollback import RolledBack as RolledBack
from mlspec.promotion.verify.agreed import Agreement as Agreement
from mlspec.promotion.verify.agreed import ApprovalsRequest as ApprovalsRequest
from mlspec.promotion.verify.all_deployed import Verified as Verified
from mlspec.promotion.verify.all_deployed import VerifiedDeployment as VerifiedDeployment
from mlspec.promotion.verify.change import Checked as Checked
from mlspec.registry.documents.pack import EvidencePack as EvidencePack
from mlspec.registry.history.at import Then as Then
from mlspec.registry.history.diff import Difference as Difference
from mlspec.registry.history.lineage import Lineage as Lineage
from mlspec.registry.history.tell import History as History
from mlspec.registry.tags.mark import Marked as Marked
from mlspec.registry.tags.mark import TagRequest as TagRequest
from mlspec.runtime.artifact import LoadedModel as LoadedModel
from mlspec.runtime.artifact import load_model as load_model
from mlspec.setup.adopt.imported import Imported as Imported
from mlspec.setup.contract.export import Exported as Exported
from mlspec.setup.doctor.finding import Finding as Finding
from mlspec.setup.fixing import Fixes as Fixes
from mlspec.setup.forget.forget import ForgetRequest as ForgetRequest
from mlspec.setup.forget.forget import Traced as Traced
from mlspec.setup.gc.gc import Collected as Collected
from mlspec.setup.gc.gc import GcRequest as GcRequest
from mlspec.studies.compare.found import Comparison as Comparison
from mlspec.studies.reproduce.found import Reproduction as Reproduction
from mlspec.studies.seeds.found import Seeds as Seeds

__version__: str
