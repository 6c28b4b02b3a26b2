FROM scratch
COPY busybox/ /
CMD ["sh"]
