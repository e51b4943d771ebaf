"""Settings of mqtt-io 2.7 as settings of alarm2mqtt; facts about it are from its `config.schema.yml` and modules."""
