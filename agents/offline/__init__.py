"""The five agents without a model: deterministic experts, a real mode of the product."""
