"""Mail: `send` delivers one message by SMTP, once. The only folder that imports aiosmtplib."""
