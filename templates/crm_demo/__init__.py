"""The source of the CRM's demo data: run ``python -m templates.crm_demo.generate`` after a change."""
