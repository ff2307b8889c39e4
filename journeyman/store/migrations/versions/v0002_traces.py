"""What a run did: its steps, and which run and step a model was called for."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "steps",
        sa.Column("run", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("graph", sa.String(length=200), nullable=False),
        sa.Column("node", sa.String(length=200), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=200), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("run", "number"),
    )
    op.add_column("model_calls", sa.Column("tokens_cached", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("model_calls", sa.Column("ask", sa.String(length=200), nullable=False, server_default=""))
    op.add_column("model_calls", sa.Column("run", sa.String(length=200), nullable=True))
    op.add_column("model_calls", sa.Column("step", sa.Integer(), nullable=True))
    op.create_index("model_calls_by_run", "model_calls", ["run"], unique=False)
