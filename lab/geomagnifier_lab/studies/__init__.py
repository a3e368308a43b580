"""The paper's tables and claims, ablations, and how many labels a new class takes."""
